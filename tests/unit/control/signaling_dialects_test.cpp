#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::PeerJsPerson;
using test::SignalingWorld;
using test::Texts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Alice speaks the native dialect, Bob PeerJS; both are in the room r.
class SignalingDialectsTest : public ::testing::Test {
 protected:
  SignalingDialectsTest() {
    alice_.join("r", "alice", R"(,"token":")" + world_.token("r", "alice") + "\"");
    alice_.take();
    bob_.emplace(world_, "bob", world_.token("r", "bob"));
  }

  SignalingWorld world_;
  NativePerson alice_{world_};
  std::optional<PeerJsPerson> bob_;
};

TEST_F(SignalingDialectsTest, TheyMeetInOneRoom) {
  EXPECT_THAT(alice_.heard(), ElementsAre(R"({"type":"new-peer","userId":"bob","name":"","seq":1})"));
  bob_.reset();
  EXPECT_THAT(alice_.heard(), ElementsAre(R"({"type":"peer-left","userId":"bob","reason":"disconnected","seq":2})"));
}

TEST_F(SignalingDialectsTest, AnOfferOfPeerJsIsASignalToTheOther) {
  alice_.take();
  bob_->say(R"({"type":"OFFER","payload":{"sdp":"x"},"dst":"alice"})");
  EXPECT_THAT(alice_.heard(),
              ElementsAre(R"({"type":"signal","from":"bob","data":{"type":"OFFER","payload":{"sdp":"x"}},"seq":2})"));
}

TEST_F(SignalingDialectsTest, ASignalInTheWordsOfPeerJsIsOneOfItsMessages) {
  bob_->take();
  alice_.signal(R"({"type":"ANSWER","payload":{"sdp":"y"}})", "bob");
  EXPECT_EQ(bob_->take(), Texts{R"({"type":"ANSWER","src":"alice","dst":"bob","payload":{"sdp":"y"}})"});
}

TEST_F(SignalingDialectsTest, WhatPeerJsCannotSayIsLeftOut) {
  bob_->take();
  alice_.signal(R"({"type":"offer","sdp":"y"})", "bob");
  alice_.signal("17", "bob");
  alice_.say(R"({"type":"chat","text":"hi"})");
  alice_.say(R"({"type":"leave-room"})");
  EXPECT_THAT(bob_->take(), IsEmpty());
}

TEST_F(SignalingDialectsTest, NobodyIsToldFromWhereAnybodySpeaks) {
  world_.signaling->start_draining();
  bob_->say(R"({"type":"OFFER","payload":{"sdp":"x"},"dst":"alice"})");
  bob_->say(R"({"type":"OFFER","payload":{"sdp":"x"},"dst":"nobody"})");
  alice_.signal("1", "nobody");
  alice_.say(R"({"type":"chat","text":"hi"})");
  world_.advance(Seconds{60});
  Texts all = alice_.take();
  for (std::string& text : bob_->take()) all.push_back(std::move(text));
  ASSERT_GE(all.size(), 6U);
  EXPECT_THAT(all, ::testing::Each(Not(HasSubstr("198.51.100"))));
}

}  // namespace
}  // namespace turnpike::control
