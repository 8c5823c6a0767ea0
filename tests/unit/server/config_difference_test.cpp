#include "server/config_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
              testing::ElementsAre(ConfigDifference{"server.realm", "\"turnpike\"", "\"example.org\"", false},
                                   ConfigDifference{"quota.total", "16384", "5", true}));
}

TEST(ConfigDifference, FindsAChangedSecretWithoutShowingIt) {
  Config before;
  before.auth.secrets = {{"the-first-secret"}};
  Config after;
  after.auth.secrets = {{"the-other-secret"}};
  const auto differences = find_differences(before, after);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].path, "auth.secrets");
  EXPECT_TRUE(differences[0].is_live);
  EXPECT_THAT(differences[0].before + differences[0].after, testing::Not(testing::HasSubstr("secret")));
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
  std::vector<std::string> waiting;
  for (const ConfigDifference& each : find_differences(merge_live(Config{}, fresh), fresh))
    waiting.push_back(each.path);
  EXPECT_THAT(waiting, testing::ElementsAre("server.realm", "relay.ports", "auth.database", "api.admin_socket",
                                            "signaling.enabled", "signaling.peerjs_path", "signaling.peerjs_key",
                                            "web.enabled", "log.level"));
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
