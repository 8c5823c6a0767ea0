#include "control/native_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::SignalingWorld;
using test::Texts;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NativeClientTest : public ::testing::Test {
 protected:
  SignalingWorld world_{RoomAuth::open};
};

TEST_F(NativeClientTest, IsGreetedWithTheProtocolAndTheHeartbeat) {
  const NativePerson alice(world_);
  EXPECT_EQ(alice.hello, Texts{R"({"type":"hello","protocol":1,"heartbeatSeconds":20})"});
}

TEST_F(NativeClientTest, TwoMembersMeetTalkAndPart) {
  NativePerson alice(world_);
  alice.join("r", "alice", R"(,"name":"Alice")");
  EXPECT_EQ(alice.heard(), Texts{R"({"type":"joined","roomId":"r","userId":"alice","name":"Alice","peers":[],)"
                                 R"("resumed":false,"seq":0})"});
  NativePerson bob(world_);
  bob.join("r", "bob");
  EXPECT_EQ(bob.heard(), Texts{R"({"type":"joined","roomId":"r","userId":"bob","name":"",)"
                               R"("peers":[{"userId":"alice","name":"Alice"}],"resumed":false,"seq":0})"});
  EXPECT_EQ(alice.heard(), Texts{R"({"type":"new-peer","userId":"bob","name":"","seq":1})"});

  alice.signal(R"({"sdp":"x"})", "bob");
  EXPECT_EQ(bob.heard(), Texts{R"({"type":"signal","from":"alice","data":{"sdp":"x"},"seq":1})"});
  EXPECT_THAT(alice.heard(), IsEmpty());

  bob.say(R"({"type":"chat","text":"hi"})");
  const std::string chat = R"({"type":"chat","from":"bob","name":"","text":"hi","id":"1","at":"2026-01-01T00:00:00Z")";
  EXPECT_EQ(bob.heard(), Texts{chat + R"(,"seq":2})"});
  EXPECT_EQ(alice.heard(), Texts{chat + R"(,"seq":2})"});

  bob.say(R"({"type":"leave-room"})");
  EXPECT_EQ(alice.heard(), Texts{R"({"type":"peer-left","userId":"bob","reason":"left","seq":3})"});
  EXPECT_THAT(bob.heard(), IsEmpty());
  EXPECT_FALSE(bob.is_closed());
}

TEST_F(NativeClientTest, ASignalWithoutATargetGoesToAllOthers) {
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  NativePerson carol(world_, "r", "carol");
  NativePerson dave(world_, "elsewhere", "dave");
  bob.take();
  alice.take();
  alice.signal("1");
  EXPECT_THAT(bob.take_types(), ElementsAre("signal"));
  EXPECT_THAT(carol.take_types(), ElementsAre("signal"));
  EXPECT_THAT(alice.take(), IsEmpty());
  EXPECT_THAT(dave.take(), IsEmpty());
}

TEST_F(NativeClientTest, WhoASignalIsFromIsNotForTheSenderToSay) {
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  alice.take();
  bob.say(R"({"type":"signal","from":"carol","userId":"carol","data":{"from":"carol"}})");
  EXPECT_THAT(alice.heard(), ElementsAre(HasSubstr(R"("from":"bob","data":{"from":"carol"})")));
}

TEST_F(NativeClientTest, RoomAndUserAreDrawnWhenTheyAreNotNamed) {
  NativePerson alice(world_);
  alice.say(R"({"type":"join-room"})");
  const auto joined = alice.take_last();
  EXPECT_GE(joined.at("roomId").as_string().size(), 16U);
  EXPECT_GE(joined.at("userId").as_string().size(), 16U);
}

TEST_F(NativeClientTest, APingIsAnsweredAlsoOutsideOfRooms) {
  NativePerson alice(world_);
  alice.say(R"({"type":"ping"})");
  EXPECT_EQ(alice.take(), Texts{R"({"type":"pong"})"});
}

TEST_F(NativeClientTest, AnErrorNamesTheMessageThatItIsAbout) {
  NativePerson alice(world_);
  alice.say(R"({"type":"chat","text":"hi","ref":7})");
  const auto error = alice.take_last();
  EXPECT_EQ(error.at("type"), "error");
  EXPECT_EQ(error.at("code"), "not-in-room");
  EXPECT_EQ(error.at("ref"), 7);
  alice.say(R"({"type":"chat","text":"hi"})");
  EXPECT_FALSE(alice.take_last().contains("ref"));
}

TEST_F(NativeClientTest, EachMistakeHasItsCode) {
  NativePerson alice(world_);
  alice.say("nonsense");
  EXPECT_EQ(alice.last_error(), "bad-message");
  alice.say(R"({"type":"dance"})");
  EXPECT_EQ(alice.last_error(), "bad-message");
  alice.say(R"({"type":"leave-room"})");
  EXPECT_EQ(alice.last_error(), "not-in-room");
  alice.signal("1", "bob");
  EXPECT_EQ(alice.last_error(), "not-in-room");
  alice.join("r", "alice");
  alice.signal("1", "bob");
  EXPECT_EQ(alice.last_error(), "unknown-target");
  alice.signal("\"" + std::string(70'000, 'x') + "\"");
  EXPECT_EQ(alice.last_error(), "too-large");
  EXPECT_FALSE(alice.is_closed());
}

TEST_F(NativeClientTest, AFullRoomTakesNobodyMore) {
  world_.settings.signaling.limits.members = 2;
  world_.apply();
  const NativePerson alice(world_, "r", "alice");
  const NativePerson bob(world_, "r", "bob");
  NativePerson carol(world_);
  carol.join("r", "carol");
  EXPECT_EQ(carol.last_error(), "room-full");
}

TEST_F(NativeClientTest, WhoJoinsAnotherRoomLeavesTheFirst) {
  NativePerson alice(world_, "r", "alice");
  NativePerson bob(world_, "r", "bob");
  alice.take();
  bob.join("s", "bob");
  EXPECT_THAT(alice.heard(), ElementsAre(R"({"type":"peer-left","userId":"bob","reason":"left","seq":2})"));
  alice.signal("1");
  EXPECT_THAT(bob.take_types(), ElementsAre("joined"));
}

TEST_F(NativeClientTest, WhoIsReplacedIsClosedAndTheOthersSeeBoth) {
  NativePerson alice(world_, "r", "alice");
  NativePerson first(world_, "r", "bob");
  alice.take();
  const NativePerson second(world_, "r", "bob");
  EXPECT_THAT(first.take(), IsEmpty());
  EXPECT_EQ(first.close_code(), CloseCode::replaced);
  EXPECT_THAT(alice.heard(), ElementsAre(R"({"type":"peer-left","userId":"bob","reason":"replaced","seq":2})",
                                         R"({"type":"new-peer","userId":"bob","name":"","seq":3})"));
  first.end();
  world_.advance(Seconds{60});
  EXPECT_THAT(alice.heard(), IsEmpty());
}

TEST_F(NativeClientTest, MoreClientsThanMayAreSentAway) {
  world_.settings.signaling.limits.clients_per_address = 1;
  world_.apply();
  const NativePerson alice(world_);
  const NativePerson bob(world_);
  EXPECT_THAT(bob.hello, ElementsAre(HasSubstr("hello"), HasSubstr(R"("code":"rate-limited")")));
  EXPECT_EQ(bob.close_code(), CloseCode::try_again_later);
  const NativePerson carol(world_, "203.0.113.5");
  EXPECT_FALSE(carol.is_closed());
}

}  // namespace
}  // namespace turnpike::control
