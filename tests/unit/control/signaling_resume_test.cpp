#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::SignalingWorld;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SignalingResumeTest : public ::testing::Test {
 protected:
  /// Alice's socket is lost, and Bob says something that is for her.
  void lose_alice() {
    alice_->end();
    bob_->signal("1");
  }
  static std::string with_resume(const std::string& resume, const std::string& rest = {}) {
    return R"(,"resume":")" + resume + "\"" + rest;
  }

  SignalingWorld world_{RoomAuth::open};
  std::optional<NativePerson> alice_{std::in_place, world_, "r", "alice"};
  std::optional<NativePerson> bob_{std::in_place, world_, "r", "bob"};
};

TEST_F(SignalingResumeTest, ALostClientTakesItsPlaceBackAndMissesNothing) {
  alice_->beat();
  lose_alice();
  world_.advance(Seconds{10});
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume));
  const auto told = again.take_json();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].at("resumed"), true);
  EXPECT_EQ(told[1].at("type"), "signal");
  EXPECT_EQ(told[1].at("seq").to_number<int>(), told[0].at("seq").to_number<int>() + 1);
  EXPECT_THAT(bob_->take(), IsEmpty());
}

TEST_F(SignalingResumeTest, WhatWasSentButNeverArrivedIsSentAgain) {
  bob_->signal("1");
  bob_->signal("2");
  alice_->end();
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume, R"(,"lastSeq":2)"));  // Bob himself and his first signal
  EXPECT_THAT(again.heard(), ElementsAre(::testing::HasSubstr(R"("resumed":true)"),
                                         R"({"type":"signal","from":"bob","data":2,"seq":3})"));
}

TEST_F(SignalingResumeTest, AHeartbeatThatIsAnsweredFreesWhatWasKept) {
  bob_->signal("1");
  alice_->beat();
  alice_->end();
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume, R"(,"lastSeq":2)"));
  EXPECT_THAT(again.take_types(), ElementsAre("joined"));
}

TEST_F(SignalingResumeTest, AMarkOfAnEarlierMembershipAcknowledgesNothingInTheNext) {
  for (int i = 0; i < 3; ++i) bob_->signal("1");
  NativeClient carol(*world_.signaling, *IpAddress::parse("198.51.100.9"));
  test::FakeChannel channel;
  carol.on_open(channel);
  carol.on_text(R"({"type":"join-room","roomId":"r","userId":"carol"})");
  for (int i = 0; i < 3; ++i) bob_->signal("1");
  const std::uint64_t mark = carol.on_heartbeat();
  carol.on_text(R"({"type":"join-room","roomId":"s","userId":"carol"})");
  const auto joined = boost::json::parse(channel.sent.back());
  NativePerson dave(world_, "s", "dave");
  carol.on_received(mark);
  carol.on_closed();
  NativePerson again(world_);
  again.join("s", "carol", with_resume(joined.at("resume").as_string().c_str(), R"(,"lastSeq":0)"));
  EXPECT_THAT(again.take_types(), ElementsAre("joined", "new-peer"));
}

TEST_F(SignalingResumeTest, AfterTheGracePeriodThePlaceIsGone) {
  bob_->take();
  lose_alice();
  world_.advance(Seconds{14});
  EXPECT_THAT(bob_->take(), IsEmpty());
  world_.advance(Seconds{2});
  EXPECT_THAT(bob_->heard(), ElementsAre(R"({"type":"peer-left","userId":"alice","reason":"disconnected","seq":1})"));
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume));
  EXPECT_EQ(again.take_last().at("resumed"), false);
  EXPECT_EQ(world_.signaling->counters().rooms.failed_resumes, 1U);
}

TEST_F(SignalingResumeTest, TakesOverFromASocketThatIsStillOpen) {
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume));
  EXPECT_EQ(again.take_last().at("resumed"), true);
  EXPECT_EQ(alice_->close_code(), CloseCode::replaced);
  EXPECT_THAT(bob_->take(), IsEmpty());
}

TEST_F(SignalingResumeTest, WorksWhileTheServerDrains) {
  world_.signaling->start_draining();
  lose_alice();
  NativePerson again(world_);
  again.take();
  again.join("r", "alice", with_resume(alice_->resume));
  EXPECT_THAT(again.take_types(), ElementsAre("joined", "signal"));
}

TEST_F(SignalingResumeTest, WorksWithATokenThatHasExpiredMeanwhile) {
  world_.settings.signaling.auth = RoomAuth::token;
  world_.apply();
  lose_alice();
  NativePerson stranger(world_);
  stranger.join("r", "alice", with_resume("made up"));
  EXPECT_EQ(stranger.last_error(), "unauthorized");
  NativePerson again(world_);
  again.join("r", "alice", with_resume(alice_->resume));
  EXPECT_THAT(again.take_types(), ElementsAre("joined", "signal"));
}

}  // namespace
}  // namespace turnpike::control
