#include "control/peerjs_client.hpp"

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

const std::string kOpen = R"({"type":"OPEN"})";

class PeerJsClientTest : public ::testing::Test {
 protected:
  static std::string offer_to(const std::string& destination) {
    return R"({"type":"OFFER","payload":{"sdp":"x"},"dst":")" + destination + "\"}";
  }

  SignalingWorld world_{RoomAuth::open};
};

TEST_F(PeerJsClientTest, IsOpenAsSoonAsItConnects) {
  PeerJsPerson alice(world_, "alice");
  EXPECT_EQ(alice.take(), Texts{kOpen});
  EXPECT_TRUE(world_.signaling->rooms().is_member("peerjs", "alice"));
}

TEST_F(PeerJsClientTest, WhatItSendsIsRelayedWithItsOwnName) {
  PeerJsPerson alice(world_, "alice");
  PeerJsPerson bob(world_, "bob");
  bob.take();
  alice.say(R"({"type":"OFFER","src":"mallory","payload":{"sdp":"x"},"dst":"bob","extra":1})");
  EXPECT_EQ(bob.take(), Texts{R"({"type":"OFFER","src":"alice","dst":"bob","payload":{"sdp":"x"}})"});
  bob.say(R"({"type":"ANSWER","payload":{"sdp":"y"},"dst":"alice"})");
  bob.say(R"({"type":"CANDIDATE","payload":{"candidate":"z"},"dst":"alice"})");
  bob.say(R"({"type":"LEAVE","dst":"alice"})");
  EXPECT_EQ(alice.take(), (Texts{kOpen, R"({"type":"ANSWER","src":"bob","dst":"alice","payload":{"sdp":"y"}})",
                                 R"({"type":"CANDIDATE","src":"bob","dst":"alice","payload":{"candidate":"z"}})",
                                 R"({"type":"LEAVE","src":"bob","dst":"alice","payload":null})"}));
}

TEST_F(PeerJsClientTest, KnowsOfNobodyItWasNotToldOf) {
  PeerJsPerson alice(world_, "alice");
  { const PeerJsPerson bob(world_, "bob"); }
  EXPECT_EQ(alice.take(), Texts{kOpen});
}

TEST_F(PeerJsClientTest, AMessageWaitsForWhoIsNotThereYet) {
  PeerJsPerson alice(world_, "alice");
  alice.say(offer_to("bob"));
  world_.advance(Seconds{4});
  PeerJsPerson bob(world_, "bob");
  EXPECT_EQ(bob.take(), (Texts{kOpen, R"({"type":"OFFER","src":"alice","dst":"bob","payload":{"sdp":"x"}})"}));
  world_.advance(Seconds{60});
  EXPECT_EQ(alice.take(), Texts{kOpen});
}

TEST_F(PeerJsClientTest, WhoseMessagesNobodyFetchesIsToldOnce) {
  PeerJsPerson alice(world_, "alice");
  alice.say(offer_to("bob"));
  alice.say(R"({"type":"CANDIDATE","payload":{"candidate":"z"},"dst":"bob"})");
  world_.advance(Seconds{10});
  EXPECT_EQ(alice.take(), (Texts{kOpen, R"({"type":"EXPIRE","src":"bob","dst":"alice"})"}));
}

TEST_F(PeerJsClientTest, ALeaveToNobodyIsForgotten) {
  PeerJsPerson alice(world_, "alice");
  alice.say(R"({"type":"LEAVE","dst":"bob"})");
  world_.advance(Seconds{10});
  EXPECT_EQ(alice.take(), Texts{kOpen});
}

TEST_F(PeerJsClientTest, AnIdThatSomebodyElseHasIsTaken) {
  const PeerJsPerson alice(world_, "alice", "one");
  PeerJsPerson other(world_, "alice", "two");
  EXPECT_THAT(other.take(), ElementsAre(HasSubstr(R"("type":"ID-TAKEN")")));
  EXPECT_TRUE(other.is_closed());
  EXPECT_FALSE(alice.is_closed());
}

TEST_F(PeerJsClientTest, WhoComesBackWithTheSameTokenReplacesItself) {
  PeerJsPerson before(world_, "alice");
  PeerJsPerson after(world_, "alice");
  EXPECT_EQ(before.close_code(), CloseCode::replaced);
  EXPECT_EQ(after.take(), Texts{kOpen});
  before.end();
  PeerJsPerson bob(world_, "bob");
  bob.say(offer_to("alice"));
  EXPECT_THAT(after.take(), ElementsAre(HasSubstr("OFFER")));
}

TEST_F(PeerJsClientTest, AnIdIsFreeAsSoonAsItsSocketIsGone) {
  { const PeerJsPerson alice(world_, "alice", "one"); }
  PeerJsPerson other(world_, "alice", "two");
  EXPECT_EQ(other.take(), Texts{kOpen});
}

TEST_F(PeerJsClientTest, LeavingWithoutSayingWhomFreesTheId) {
  PeerJsPerson alice(world_, "alice", "one");
  alice.say(R"({"type":"LEAVE"})");
  EXPECT_FALSE(world_.signaling->rooms().is_member("peerjs", "alice"));
  PeerJsPerson other(world_, "alice", "two");
  EXPECT_EQ(other.take(), Texts{kOpen});
}

TEST_F(PeerJsClientTest, HeartbeatsUnknownTypesAndNonsenseGetNoAnswer) {
  PeerJsPerson alice(world_, "alice");
  alice.take();
  for (const char* text : {R"({"type":"HEARTBEAT"})", R"({"type":"DANCE","dst":"bob"})", "nonsense", "{}",
                           R"({"type":"OFFER","payload":{}})"}) {
    alice.say(text);
  }
  world_.advance(Seconds{10});
  EXPECT_THAT(alice.take(), IsEmpty());
  EXPECT_FALSE(alice.is_closed());
}

TEST_F(PeerJsClientTest, WhoSendsNothingButNonsenseIsClosed) {
  PeerJsPerson alice(world_, "alice");
  for (int i = 0; i < 100; ++i) alice.say("nonsense");
  EXPECT_EQ(alice.close_code(), CloseCode::policy);
}

TEST_F(PeerJsClientTest, NeedsAnIdATokenAndTheRightKey) {
  for (const PeerJsQuery& query :
       {PeerJsQuery{"peerjs", "", "t"}, PeerJsQuery{"peerjs", "alice", ""}, PeerJsQuery{"", "alice", "t"},
        PeerJsQuery{"another", "alice", "t"}, PeerJsQuery{"peerjs", std::string(65, 'a'), "t"}}) {
    test::FakeSocket socket(std::make_unique<PeerJsClient>(*world_.signaling, IpAddress::v4(9, 9, 9, 9), query));
    EXPECT_THAT(socket.take(), ElementsAre(HasSubstr(R"("type":"ERROR")"))) << query.key << query.id;
    EXPECT_EQ(socket.close_code(), CloseCode::policy);
  }
  EXPECT_EQ(world_.signaling->counters().room_count, 0U);
}

TEST_F(PeerJsClientTest, TheirRoomHoldsAsManyAsItIsMadeFor) {
  world_.settings.signaling.limits.members = 2;
  world_.settings.signaling.peerjs_clients = 3;
  world_.apply();
  const PeerJsPerson alice(world_, "alice");
  const PeerJsPerson bob(world_, "bob");
  const PeerJsPerson carol(world_, "carol");
  PeerJsPerson dave(world_, "dave");
  EXPECT_FALSE(carol.is_closed());
  EXPECT_THAT(dave.take(), ElementsAre(HasSubstr(R"("type":"ERROR")")));
  EXPECT_EQ(dave.close_code(), CloseCode::try_again_later);
}

TEST_F(PeerJsClientTest, NobodyWhoWasInTheirRoomBeforeKeepsItSmall) {
  world_.settings.signaling.limits.members = 2;
  world_.settings.signaling.peerjs_clients = 4;
  world_.apply();
  const NativePerson first(world_, "peerjs", "first");
  const NativePerson second(world_, "peerjs", "second");
  const PeerJsPerson alice(world_, "alice");
  const PeerJsPerson bob(world_, "bob");
  EXPECT_FALSE(alice.is_closed());
  EXPECT_FALSE(bob.is_closed());
}

TEST_F(PeerJsClientTest, WithDiscoveryTooNobodyIsToldOfThoseWhoComeAndGo) {
  world_.settings.signaling.peerjs_discovery = true;
  world_.apply();
  NativePerson watcher(world_, "peerjs", "watcher");
  { const PeerJsPerson alice(world_, "alice"); }
  EXPECT_THAT(watcher.take(), IsEmpty());
}

TEST_F(PeerJsClientTest, ClientsOfOtherKindsAreFewInTheRoomOfMany) {
  world_.settings.signaling.limits.members = 1;
  world_.apply();
  const PeerJsPerson alice(world_, "alice");
  const PeerJsPerson bob(world_, "bob");
  const NativePerson first(world_, "peerjs", "first");
  NativePerson second(world_);
  second.join("peerjs", "second");
  EXPECT_EQ(second.last_error(), "room-full");
}

TEST_F(PeerJsClientTest, WhileTheServerDrainsNobodyComesIn) {
  world_.signaling->start_draining();
  PeerJsPerson alice(world_, "alice");
  EXPECT_THAT(alice.take(), ElementsAre(HasSubstr(R"("type":"ERROR")")));
  EXPECT_EQ(alice.close_code(), CloseCode::try_again_later);
}

TEST_F(PeerJsClientTest, WhereTokensAreNeededTheTokenNamesTheRoom) {
  world_.settings.signaling.auth = RoomAuth::token;
  world_.apply();
  PeerJsPerson stranger(world_, "mallory", "made up");
  EXPECT_THAT(stranger.take(), ElementsAre(HasSubstr(R"("type":"ERROR")")));
  EXPECT_EQ(stranger.close_code(), CloseCode::policy);
  PeerJsPerson other(world_, "bob", world_.token("r", "alice"));
  EXPECT_THAT(other.take(), ElementsAre(HasSubstr(R"("type":"ERROR")")));
  PeerJsPerson alice(world_, "alice", world_.token("r", "alice"));
  EXPECT_EQ(alice.take(), Texts{kOpen});
  EXPECT_TRUE(world_.signaling->rooms().is_member("r", "alice"));
}

TEST_F(PeerJsClientTest, WithATokenInItsNameAnIdIsItsOwnWhateverTheTokenBefore) {
  const PeerJsPerson before(world_, "alice", world_.token("r", "alice"));
  world_.advance(Seconds{5});
  PeerJsPerson after(world_, "alice", world_.token("r", "alice"));
  EXPECT_EQ(after.take(), Texts{kOpen});
  EXPECT_EQ(before.close_code(), CloseCode::replaced);
}

TEST_F(PeerJsClientTest, WithATokenForAnyNameAnIdBelongsToWhoCameFirst) {
  const PeerJsPerson before(world_, "alice", world_.token("r"));
  world_.advance(Seconds{5});
  PeerJsPerson after(world_, "alice", world_.token("r"));
  EXPECT_THAT(after.take(), ElementsAre(HasSubstr(R"("type":"ID-TAKEN")")));
}

}  // namespace
}  // namespace turnpike::control
