#include "server/core_config_builder.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

RuntimeAddresses one_relay() {
  RuntimeAddresses addresses;
  addresses.relays = {{ip("10.0.0.7"), ip("203.0.113.7")}};
  addresses.listeners = {*Endpoint::parse("10.0.0.7:3478")};
  addresses.broadcasts = {ip("10.0.0.255")};
  return addresses;
}

std::shared_ptr<const turn::CoreConfig> build(const Config& config, std::uint64_t seed = 1,
                                              const std::vector<control::StoredUser>& stored = {}) {
  test::SeededRandom random(seed);
  return make_core_config(config, one_relay(), stored, random);
}

TEST(CoreConfigBuilder, MakesUsersOfPasswordsAndOfKeys) {
  Config config;
  config.server.realm = "example.org";
  const auto alice = turn::StaticUser::from_password("alice", "example.org", "secret");
  Md5Digest key{};
  std::ranges::copy(alice.md5.bytes(), key.begin());
  config.auth.users = {{"alice", SecretText{"secret"}, {}, {}}, {"bob", {}, key, {}}};
  const auto core = build(config);
  EXPECT_EQ(as_text(core->credentials.find_user("alice")->sha256.bytes()), as_text(alice.sha256.bytes()));
  EXPECT_EQ(as_text(core->credentials.find_user("bob")->md5.bytes()), as_text(alice.md5.bytes()));
  EXPECT_TRUE(core->credentials.find_user("bob")->sha256.bytes().empty());
}

TEST(CoreConfigBuilder, KeepsTheOrderOfSecrets) {
  Config config;
  config.auth.secrets = {{"first"}, {"second"}};
  EXPECT_EQ(build(config)->credentials.secrets(), (std::vector<std::string>{"first", "second"}));
}

TEST(CoreConfigBuilder, MakesAnotherNonceSecretForEveryProcess) {
  EXPECT_NE(build(Config{}, 1)->nonce_secret, build(Config{}, 2)->nonce_secret);
}

TEST(CoreConfigBuilder, KeepsTheNonceSecretOfAPreviousConfiguration) {
  const auto before = build(Config{}, 1);
  test::SeededRandom random(2);
  EXPECT_EQ(make_core_config(Config{}, one_relay(), {}, random, before.get())->nonce_secret, before->nonce_secret);
}

TEST(CoreConfigBuilder, TakesTheUsersOfTheDatabase) {
  control::StoredUser carol{.name = "carol", .realm = "turnpike"};
  carol.md5.fill(5);
  carol.sha256.fill(6);
  const auto core = build(Config{}, 1, {carol});
  ASSERT_NE(core->credentials.find_user("carol"), nullptr);
  EXPECT_EQ(as_text(core->credentials.find_user("carol")->md5.bytes()), as_text(carol.md5));
  EXPECT_EQ(as_text(core->credentials.find_user("carol")->sha256.bytes()), as_text(carol.sha256));
}

TEST(CoreConfigBuilder, LeavesUsersOfAnotherRealmOut) {
  EXPECT_EQ(build(Config{}, 1, {{.name = "carol", .realm = "elsewhere"}})->credentials.find_user("carol"), nullptr);
}

TEST(CoreConfigBuilder, AUserOfTheFileGoesBeforeOneOfTheDatabase) {
  Config config;
  config.auth.users = {{"alice", SecretText{"secret"}, {}, {}}};
  const auto core = build(config, 1, {{.name = "alice", .realm = "turnpike"}});
  const auto alice = turn::StaticUser::from_password("alice", "turnpike", "secret");
  EXPECT_EQ(as_text(core->credentials.find_user("alice")->md5.bytes()), as_text(alice.md5.bytes()));
}

TEST(CoreConfigBuilder, AnnouncesTheExternalAddress) {
  EXPECT_EQ(build(Config{})->relays.announced(*Endpoint::parse("10.0.0.7:50000")),
            *Endpoint::parse("203.0.113.7:50000"));
}

TEST(CoreConfigBuilder, GivesThePeerPolicyItsRules) {
  Config config;
  config.relay.peers.allow = {*IpPrefix::parse("10.0.0.0/8")};
  config.relay.peers.deny = {*IpPrefix::parse("198.18.0.0/15"), *IpPrefix::parse("9.9.9.9")};
  const auto core = build(config);
  EXPECT_EQ(core->peers->judge(ip("10.1.2.3")), turn::PeerJudgement::allowed);
  EXPECT_EQ(core->peers->judge(ip("9.9.9.9")), turn::PeerJudgement::denied_by_rule);
  EXPECT_EQ(core->peers->judge(ip("10.0.0.255")), turn::PeerJudgement::own_broadcast);
  EXPECT_EQ(core->peers->judge(*Endpoint::parse("10.0.0.7:3478")), turn::PeerJudgement::own_listener);
}

TEST(CoreConfigBuilder, NoCoreHoldsMoreAllocationsThanThereAreRelayPorts) {
  Config config;
  config.relay.ports = {50000, 50099};
  EXPECT_EQ(build(config)->max_allocations, 100U);
  config.quota.total = 0;
  EXPECT_EQ(build(config)->max_allocations, 100U);
  config.quota.total = 7;
  EXPECT_EQ(build(config)->max_allocations, 7U);
}

TEST(CoreConfigBuilder, HandsQuotasOver) {
  Config config;
  config.quota.per_user = 3;
  config.quota.user_rate = {1000};
  const turn::QuotaLimits limits = make_quota_limits(config);
  EXPECT_EQ(limits.per_user, 3U);
  EXPECT_EQ(limits.per_client_address, 1024U);
  EXPECT_EQ(limits.user_rate.bytes_per_second, 1000U);
}

TEST(CoreConfigBuilder, WhoTriesTheRelayGetsNoMoreThanAQuarterOfIt) {
  Config config;
  EXPECT_EQ(make_quota_limits(config).trial, 512U);
  config.relay.ports = {50000, 50099};
  EXPECT_EQ(make_quota_limits(config).trial, 25U);
  config.quota.total = 40;
  EXPECT_EQ(make_quota_limits(config).trial, 10U);
  config.quota.total = 2;
  EXPECT_EQ(make_quota_limits(config).trial, 1U);
}

}  // namespace
}  // namespace turnpike::server
