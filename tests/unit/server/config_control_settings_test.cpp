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
  return make_control_settings(config, addresses, Certificate::present, random, "made up at the start");
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

TEST(ControlSettingsBuilder, SignsRoomTokensWithTheSecretsThatAreForThem) {
  Config config;
  config.auth.secrets = {{"of credentials"}};
  config.signaling.token_secrets = {{"first"}, {"second"}};
  EXPECT_THAT(build(config).signaling.token_secrets, ElementsAre("first", "second"));
}

// printf %s 'turnpike room tokens v1' | openssl dgst -sha256 -hmac 'of credentials' -binary | base64
TEST(ControlSettingsBuilder, MakesSecretsOfRoomTokensOutOfThoseOfCredentials) {
  Config config;
  config.auth.secrets = {{"of credentials"}, {"older"}};
  EXPECT_THAT(build(config).signaling.token_secrets, ElementsAre("UmUnG/BFEAwDxAoCpoQbEM19PVc5GGm2VPtr1XW6lgM=",
                                                                 "OcihoMJ0qRWq2JWBGjf17p0Q8mWYxc6dv1g3N3J5Jmg="));
}

TEST(ControlSettingsBuilder, SignsRoomTokensWithWhatWasMadeUpWhenThereIsNothingElse) {
  EXPECT_THAT(build(Config{}).signaling.token_secrets, ElementsAre("made up at the start"));
}

TEST(ControlSettingsBuilder, HandsTheBoundsOfRoomsOver) {
  Config config;
  config.signaling.max_clients = 1;
  config.signaling.clients_per_address = 2;
  config.signaling.max_rooms = 3;
  config.signaling.rooms_per_address = 4;
  config.signaling.max_members = 5;
  config.signaling.max_message = {6};
  config.signaling.message_rate = 7;
  config.signaling.grace = Milliseconds{8};
  config.signaling.send_queue = {9};
  const auto settings = build(config).signaling;
  EXPECT_EQ(settings.limits.clients, 1U);
  EXPECT_EQ(settings.limits.clients_per_address, 2U);
  EXPECT_EQ(settings.limits.rooms, 3U);
  EXPECT_EQ(settings.limits.rooms_per_address, 4U);
  EXPECT_EQ(settings.limits.members, 5U);
  EXPECT_EQ(settings.limits.message_bytes, 6U);
  EXPECT_EQ(settings.limits.messages_per_second, 7U);
  EXPECT_EQ(settings.limits.grace, Milliseconds{8});
  EXPECT_EQ(settings.limits.kept_bytes, 9U);
  EXPECT_EQ(settings.send_queue, 9U);
}

TEST(ControlSettingsBuilder, HandsTheRestOfSignalingOver) {
  Config config;
  config.signaling.enabled = false;
  config.signaling.auth = control::RoomAuth::open;
  config.signaling.heartbeat = Seconds{3};
  config.signaling.credential_ttl = Seconds{60};
  config.signaling.peerjs_path = "/app/";
  config.signaling.peerjs_key = "key";
  config.signaling.peerjs_discovery = true;
  config.signaling.peerjs_clients = 11;
  const auto settings = build(config).signaling;
  EXPECT_FALSE(settings.enabled);
  EXPECT_EQ(settings.auth, control::RoomAuth::open);
  EXPECT_EQ(settings.heartbeat, Seconds{3});
  EXPECT_EQ(settings.credential_ttl, Seconds{60});
  EXPECT_EQ(settings.peerjs_path, "/app/");
  EXPECT_EQ(settings.peerjs_key, "key");
  EXPECT_TRUE(settings.peerjs_discovery);
  EXPECT_EQ(settings.peerjs_clients, 11U);
}

TEST(ControlSettingsBuilder, DefaultsAreThoseOfTheRooms) {
  const auto settings = build(Config{}).signaling;
  const control::SignalingSettings defaults;
  EXPECT_EQ(settings.limits.clients, defaults.limits.clients);
  EXPECT_EQ(settings.limits.members, defaults.limits.members);
  EXPECT_EQ(settings.limits.message_bytes, defaults.limits.message_bytes);
  EXPECT_EQ(settings.limits.grace, defaults.limits.grace);
  EXPECT_EQ(settings.limits.kept_bytes, defaults.limits.kept_bytes);
  EXPECT_EQ(settings.credential_ttl, defaults.credential_ttl);
  EXPECT_EQ(settings.heartbeat, defaults.heartbeat);
  EXPECT_EQ(settings.send_queue, defaults.send_queue);
  EXPECT_EQ(settings.peerjs_clients, defaults.peerjs_clients);
}

}  // namespace
}  // namespace turnpike::server
