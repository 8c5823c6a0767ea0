#include "server/config_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/config_schema.hpp"

namespace turnpike::server {
namespace {

TEST(ConfigDifference, ThereIsNoneBetweenEqualConfigurations) {
  EXPECT_THAT(find_differences(Config{}, Config{}), testing::IsEmpty());
}

TEST(ConfigDifference, NamesKeyAndValuesInTheOrderOfTheFile) {
  Config after;
  after.quota.total = 5;
  after.server.realm = "example.org";
  const auto differences = find_differences(Config{}, after);
  EXPECT_THAT(differences,
              testing::ElementsAre(ConfigDifference{"server.realm", "\"turnpike\" -> \"example.org\"", false},
                                   ConfigDifference{"quota.total", "16384 -> 5", true}));
}

/// What is said about the only key that differs.
std::string change_of(const Config& before, const Config& after) {
  const auto differences = find_differences(before, after);
  return differences.size() == 1 ? differences.front().change : "not one difference";
}

TEST(ConfigDifference, CountsSecretsAndNeverShowsThem) {
  Config before;
  before.auth.secrets = {{"the-first-secret"}, {"the-third-secret"}};
  Config after;
  after.auth.secrets = {{"the-third-secret"}, {"the-other-secret"}, {"one-more-secret"}};
  EXPECT_EQ(change_of(before, after), "2 added, 1 removed");
  after.auth.secrets = {before.auth.secrets[1], before.auth.secrets[0]};
  EXPECT_EQ(change_of(before, after), "in another order");
}

TEST(ConfigDifference, CountsUsersByNameAndPassword) {
  const auto user = [](const char* name, const char* password) {
    return ConfiguredUser{.name = name, .password = SecretText{password}, .key = {}, .key_sha256 = {}};
  };
  Config before;
  before.auth.users = {user("alice", "wonderland"), user("bob", "builder-of-houses")};
  Config after;
  after.auth.users = {user("alice", "looking-glass"), user("bob", "builder-of-houses")};
  EXPECT_EQ(change_of(before, after), "1 added, 1 removed");
}

TEST(ConfigDifference, NamesWhatWasAddedToListsAndWhatWasRemoved) {
  Config before;
  before.relay.peers.allow = {*IpPrefix::parse("10.0.0.0/8"), *IpPrefix::parse("10.1.0.0/16")};
  Config after;
  after.relay.peers.allow = {*IpPrefix::parse("10.1.0.0/16"), *IpPrefix::parse("10.2.0.0/16")};
  EXPECT_EQ(change_of(before, after), "added 10.2.0.0/16; removed 10.0.0.0/8");
}

TEST(ConfigDifference, AListenerWithOtherProxiesHasChanged) {
  const Endpoint endpoint{IpAddress::any(AddressFamily::ipv4), 443};
  Config before;
  before.listen = {{ListenScheme::tcp, endpoint}};
  Config after;
  after.listen = {{ListenScheme::tcp, endpoint, {*IpPrefix::parse("10.0.0.5/32")}}};
  EXPECT_EQ(change_of(before, after), "changed tcp://0.0.0.0:443");
  after.listen = {{ListenScheme::tls, endpoint}};
  EXPECT_EQ(change_of(before, after), "added tls://0.0.0.0:443; removed tcp://0.0.0.0:443");
}

TEST(ConfigDifference, AHundredThousandUsersAreNoTrouble) {
  Config before;
  for (int i = 0; i < 100'000; ++i) {
    before.auth.users.push_back({std::to_string(i), SecretText{"a password"}, {}, {}});
  }
  Config after = before;
  after.auth.users.pop_back();
  EXPECT_EQ(change_of(before, after), "1 removed");
}

TEST(ConfigDifference, MergesWhatCanChangeAndKeepsTheRest) {
  Config fresh;
  fresh.auth.secrets = {{"a-new-secret-text"}};
  fresh.auth.database = "/elsewhere";
  fresh.relay.peers.allow = {*IpPrefix::parse("10.0.0.0/8")};
  fresh.relay.ports = {50000, 50010};
  fresh.relay.tcp_peer_ports = {{443, 443}};
  fresh.server.host = "turn.example.org";
  fresh.server.realm = "example.org";
  fresh.api.rate = 7;
  fresh.api.admin_socket = "/elsewhere.sock";
  fresh.signaling.enabled = false;
  fresh.signaling.auth = control::RoomAuth::open;
  fresh.signaling.max_members = 3;
  fresh.signaling.peerjs_path = "/app/";
  fresh.signaling.peerjs_key = "key";
  fresh.web.enabled = false;
  fresh.web.root = "/elsewhere";
  fresh.web.check = false;
  fresh.log.level = LogLevel::debug;
  fresh.listen.pop_back();
  fresh.tls.min_version = TlsVersion::tls13;
  fresh.limits.connections = 100;
  fresh.server.drain_deadline = Milliseconds{1};
  std::vector<std::string> waiting;
  for (const ConfigDifference& each : find_differences(merge_live(Config{}, fresh), fresh))
    waiting.push_back(each.path);
  EXPECT_THAT(waiting, testing::ElementsAre("server.realm", "relay.ports", "auth.database", "api.admin_socket",
                                            "signaling.enabled", "signaling.peerjs_path", "signaling.peerjs_key",
                                            "web.enabled"));
}

TEST(ConfigDifference, EveryKeyCanBeComparedAndCopied) {
  const Config config;
  for (const ConfigKey& key : config_schema()) {
    EXPECT_TRUE(key.is_same(config, config)) << key.path;
    Config copied;
    key.copy(config, copied);
    EXPECT_TRUE(key.is_same(config, copied)) << key.path;
  }
}

}  // namespace
}  // namespace turnpike::server
