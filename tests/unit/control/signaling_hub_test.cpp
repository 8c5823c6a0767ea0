#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::SignalingWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SignalingHubTest : public ::testing::Test {
 protected:
  bool kick(const std::string& room, const std::string& user) {
    std::optional<bool> existed;
    world_.signaling->kick(room, user, [&existed](bool did) { existed = did; });
    return existed.value();
  }
  bool close(const std::string& room) {
    std::optional<bool> existed;
    world_.signaling->close_room(room, [&existed](bool did) { existed = did; });
    return existed.value();
  }
  /// Of what is fetched while nobody may come back, but for that minute's last second.
  [[nodiscard]] UnixSeconds last_expiry() const { return world_.clock.wall() + Seconds{43'200 + 59}; }

  SignalingWorld world_{RoomAuth::open};
};

TEST_F(SignalingHubTest, WhoIsKickedIsClosedAndStaysOutForAWhile) {
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  alice.take();
  EXPECT_TRUE(kick("r", "bob"));
  EXPECT_EQ(bob.close_code(), CloseCode::kicked);
  EXPECT_THAT(alice.heard(), ElementsAre(R"({"type":"peer-left","userId":"bob","reason":"kicked","seq":2})"));
  bob.end();
  NativePerson again(world_);
  again.join("r", "bob", R"(,"resume":")" + bob.resume + "\"");
  EXPECT_EQ(again.last_error(), "unauthorized");
  world_.advance(Seconds{61});
  again.join("r", "bob");
  EXPECT_THAT(again.take_types(), ElementsAre("joined"));
}

TEST_F(SignalingHubTest, KickingRevokesTheCredentialsOfThatMember) {
  const NativePerson bob(world_, "a/b", "bob");
  EXPECT_TRUE(kick("a/b", "bob"));
  ASSERT_EQ(world_.backend.revoked.size(), 1U);
  EXPECT_EQ(world_.backend.revoked[0].username, "*:room:a%2Fb/bob");
  EXPECT_EQ(world_.backend.revoked[0].expiry, last_expiry());
  EXPECT_EQ(world_.kept, (std::vector<StoredRevocation>{{"*:room:a%2Fb/bob", last_expiry()}}));
}

TEST_F(SignalingHubTest, AClosedRoomEndsForAllAndWithItsCredentials) {
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  const NativePerson carol(world_, "s", "carol");
  EXPECT_TRUE(close("r"));
  EXPECT_EQ(alice.close_code(), CloseCode::room_closed);
  EXPECT_EQ(bob.close_code(), CloseCode::room_closed);
  EXPECT_FALSE(carol.is_closed());
  EXPECT_EQ(world_.kept, (std::vector<StoredRevocation>{{"*:room:r", last_expiry()}}));
  EXPECT_EQ(world_.signaling->counters().room_count, 1U);
  NativePerson dave(world_);
  dave.join("r", "dave");
  EXPECT_EQ(dave.last_error(), "unauthorized");
}

TEST_F(SignalingHubTest, ARevocationReachesNoFurtherThanCredentialsMay) {
  world_.settings.max_ttl = Seconds{600};
  world_.apply();
  const NativePerson alice(world_, "r", "alice");
  EXPECT_TRUE(close("r"));
  EXPECT_EQ(world_.backend.revoked.at(0).expiry, world_.clock.wall() + Seconds{600 + 59});
}

TEST_F(SignalingHubTest, WhatThereIsNoRoomForIsNotWrittenDown) {
  world_.backend.keeps_revocations = false;
  const NativePerson alice(world_, "r", "alice");
  EXPECT_TRUE(close("r"));
  EXPECT_THAT(world_.kept, IsEmpty());
}

TEST_F(SignalingHubTest, WhoIsNotThereCannotBeKickedNorClosed) {
  const NativePerson alice(world_, "r", "alice");
  EXPECT_FALSE(kick("r", "bob"));
  EXPECT_FALSE(kick("s", "alice"));
  EXPECT_FALSE(close("s"));
  EXPECT_THAT(world_.backend.revoked, IsEmpty());
}

TEST_F(SignalingHubTest, DrainingTellsEverybodyAndTakesNobody) {
  NativePerson alice(world_, "r", "alice");
  world_.signaling->start_draining();
  world_.signaling->start_draining();
  EXPECT_TRUE(world_.signaling->is_draining());
  EXPECT_THAT(alice.take(), ElementsAre(R"({"type":"draining","reconnectAfter":5})"));
  NativePerson bob(world_);
  EXPECT_THAT(bob.hello, ElementsAre(HasSubstr("hello"), HasSubstr("draining")));
  bob.join("r", "bob");
  EXPECT_EQ(bob.last_error(), "draining");
  alice.say(R"({"type":"chat","text":"still here"})");
  EXPECT_THAT(alice.take_types(), ElementsAre("chat"));
}

TEST_F(SignalingHubTest, WhoIsTooFastIsToldSoAndCanGoOnLater) {
  NativePerson alice(world_, "r", "alice");
  for (int i = 0; i < 500; ++i) alice.say(R"({"type":"ping"})");
  alice.take();
  alice.say(R"({"type":"ping"})");
  EXPECT_EQ(alice.last_error(), "rate-limited");
  world_.advance(Seconds{1});
  alice.say(R"({"type":"ping"})");
  EXPECT_THAT(alice.take_types(), ElementsAre("pong"));
}

TEST_F(SignalingHubTest, WhoGoesOnTooFastIsClosed) {
  NativePerson alice(world_, "r", "alice");
  for (int second = 0; second < 5 && !alice.is_closed(); ++second) {
    for (int i = 0; i < 500; ++i) alice.say(R"({"type":"ping"})");
    world_.advance(Seconds{1});
  }
  EXPECT_EQ(alice.close_code(), CloseCode::policy);
  EXPECT_EQ(world_.signaling->counters().floods, 1U);
}

TEST_F(SignalingHubTest, WhoSendsNothingButNonsenseIsClosed) {
  NativePerson alice(world_, "r", "alice");
  for (int i = 0; i < 99; ++i) alice.say("{");
  alice.say(R"({"type":"chat","text":"sorry"})");
  for (int i = 0; i < 99; ++i) alice.say("{");
  EXPECT_FALSE(alice.is_closed());
  alice.say("{");
  EXPECT_EQ(alice.close_code(), CloseCode::policy);
}

TEST_F(SignalingHubTest, CountsWhoIsThereByDialect) {
  std::optional<NativePerson> alice(std::in_place, world_, "r", "alice");
  const NativePerson bob(world_, "s", "bob");
  const test::PeerJsPerson carol(world_, "carol");
  EXPECT_THAT(world_.signaling->counters().clients, ElementsAre(2, 1, 0));
  EXPECT_EQ(world_.signaling->counters().room_count, 3U);
  EXPECT_EQ(world_.signaling->counters().member_count, 3U);
  alice.reset();
  EXPECT_THAT(world_.signaling->counters().clients, ElementsAre(1, 1, 0));
}

TEST_F(SignalingHubTest, ItsTimerWakesItWhenSomethingIsDue) {
  world_.settings.signaling.limits.grace = std::chrono::milliseconds{1};
  world_.apply();
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  alice.take();
  bob.end();
  world_.clock.advance(std::chrono::milliseconds{1});
  world_.loop.run_one_for(Seconds{20});
  EXPECT_THAT(alice.take_types(), ElementsAre("peer-left"));
}

}  // namespace
}  // namespace turnpike::control
