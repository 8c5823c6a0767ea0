#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"
#include "turnpike/control/time_text.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::SignalingWorld;
using ::testing::IsEmpty;

std::string text_of(const boost::json::value& value) { return value.as_string().c_str(); }

class SignalingCredentialsTest : public ::testing::Test {
 protected:
  SignalingWorld world_{RoomAuth::open};
};

TEST_F(SignalingCredentialsTest, WhoJoinsGetsCredentialsThatNameRoomAndUser) {
  NativePerson alice(world_);
  alice.join("r", "alice");
  const auto joined = alice.take_last();
  const auto& servers = joined.at("iceServers").as_array();
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(servers[0].at("urls").as_array().at(0), "stun:turn.example.org:3478");
  const std::string username = text_of(servers[1].at("username"));
  EXPECT_EQ(username, "1767268800:room:r/alice");  // twelve hours after the start of 2026
  EXPECT_EQ(text_of(servers[1].at("credential")), turn::ephemeral_password("north", username));
  EXPECT_EQ(joined.at("expiresAt"), "2026-01-01T12:00:00Z");
}

TEST_F(SignalingCredentialsTest, GetsOthersWhenHalfOfTheirTimeIsOver) {
  NativePerson alice(world_, "r", "alice");
  world_.advance(std::chrono::hours{6} - Seconds{1});
  alice.beat();
  EXPECT_THAT(alice.take(), IsEmpty());
  world_.advance(Seconds{1});
  alice.beat();
  const auto renewed = alice.take_last();
  EXPECT_EQ(renewed.at("type"), "ice-servers");
  EXPECT_EQ(renewed.at("expiresAt"), "2026-01-01T18:00:00Z");
  EXPECT_EQ(text_of(renewed.at("iceServers").as_array().at(1).at("username")), "1767290400:room:r/alice");
  alice.beat();
  EXPECT_THAT(alice.take(), IsEmpty());
}

TEST_F(SignalingCredentialsTest, ACallOfDaysAlwaysHasCredentialsThatAreGood) {
  world_.settings.signaling.credential_ttl = Seconds{600};
  world_.apply();
  NativePerson alice(world_);
  alice.join("r", "alice");
  std::string expires = text_of(alice.take_last().at("expiresAt"));
  for (int beat = 0; beat < 3 * 86'400 / 20; ++beat) {
    world_.advance(Seconds{20});
    alice.beat();
    const auto told = alice.take_last();
    if (!told.empty()) expires = text_of(told.at("expiresAt"));
    ASSERT_LT(show_time(world_.clock.wall() + Seconds{240}), expires);
  }
}

TEST_F(SignalingCredentialsTest, NoneAreSentOutsideOfRooms) {
  NativePerson alice(world_, "r", "alice");
  alice.say(R"({"type":"leave-room"})");
  world_.advance(std::chrono::hours{24});
  alice.beat();
  EXPECT_THAT(alice.take(), IsEmpty());
}

TEST_F(SignalingCredentialsTest, LastNoLongerThanTheServerAllows) {
  world_.settings.max_ttl = Seconds{60};
  world_.apply();
  NativePerson alice(world_);
  alice.join("r", "alice");
  EXPECT_EQ(alice.take_last().at("expiresAt"), "2026-01-01T00:01:00Z");
}

TEST_F(SignalingCredentialsTest, WithoutASecretThereIsStunAlone) {
  world_.settings.secret.clear();
  world_.apply();
  NativePerson alice(world_);
  alice.join("r", "alice");
  const auto joined = alice.take_last();
  EXPECT_EQ(boost::json::serialize(joined.at("iceServers")), R"([{"urls":["stun:turn.example.org:3478"]}])");
  EXPECT_TRUE(joined.at("expiresAt").is_null());
  world_.advance(std::chrono::hours{48});
  alice.beat();
  EXPECT_THAT(alice.take(), IsEmpty());
}

}  // namespace
}  // namespace turnpike::control
