#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/config_values.hpp"
#include "server/control_settings_builder.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

control::ControlSettings build(const Config& config) {
  test::SeededRandom random(1);
  RuntimeAddresses addresses;
  for (const char* url :
       {"tls://192.0.2.2:443", "udp://192.0.2.2:3478", "http://192.0.2.2:80", "tcp://192.0.2.2:3478"}) {
    addresses.served.push_back(*parse_listen_url(url));
  }
  return make_control_settings(config, addresses, random);
}

TEST(ControlSettingsBuilder, NamesWhereClientsReachTheServerInTheOrderToTry) {
  Config config;
  config.server.host = "turn.example.org";
  const auto uris = build(config).uris;
  EXPECT_THAT(uris.stun, ElementsAre("stun:turn.example.org:3478"));
  EXPECT_THAT(uris.turn,
              ElementsAre("turn:turn.example.org:3478?transport=udp", "turn:turn.example.org:3478?transport=tcp",
                          "turns:turn.example.org:443?transport=tcp"));
}

TEST(ControlSettingsBuilder, SignsWithTheFirstSecret) {
  Config config;
  EXPECT_THAT(build(config).secret, IsEmpty());
  config.auth.secrets = {{"first"}, {"second"}};
  EXPECT_EQ(build(config).secret, "first");
}

TEST(ControlSettingsBuilder, KeepsOnlyHashesOfKeys) {
  Config config;
  ConfiguredKey key;
  key.grant.name = "page";
  key.text.value = "a-key-that-is-long-enough";
  key.grant.scopes.add(control::Scope::rooms);
  config.api.keys = {key};
  const auto settings = build(config);
  ASSERT_EQ(settings.keys.size(), 1U);
  EXPECT_EQ(settings.keys[0].grant, key.grant);
  EXPECT_TRUE(settings.keys[0].matches("a-key-that-is-long-enough"));
  EXPECT_FALSE(settings.keys[0].matches("a-key-that-is-long-enouga"));
}

TEST(ControlSettingsBuilder, HandsTheRestOver) {
  Config config;
  config.http.allowed_origins = {{"https://example.org"}};
  config.http.plain_api = true;
  config.api.rate = 3;
  config.auth.max_ttl = Seconds{3600};
  config.auth.default_ttl = Seconds{600};
  const auto settings = build(config);
  EXPECT_THAT(settings.allowed_origins, ElementsAre("https://example.org"));
  EXPECT_TRUE(settings.plain_api);
  EXPECT_EQ(settings.requests_per_second, 3U);
  EXPECT_EQ(settings.max_ttl, Seconds{3600});
  EXPECT_EQ(settings.default_ttl, Seconds{600});
  EXPECT_EQ(settings.metrics_allow, config.metrics.allow);
}

}  // namespace
}  // namespace turnpike::server
