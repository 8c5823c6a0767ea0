#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signaling_clients.hpp"

namespace turnpike::control {
namespace {

using test::NativePerson;
using test::SignalingWorld;
using ::testing::HasSubstr;

class SignalingAccessTest : public ::testing::Test {
 protected:
  Result<Admission, std::string_view> authorize(const std::string& token, std::string_view room = {},
                                                std::string_view user = {}) {
    return world_.signaling->authorize(token, room, user);
  }
  bool admits(const std::string& token, std::string_view room = {}, std::string_view user = {}) {
    return authorize(token, room, user).has_value();
  }

  SignalingWorld world_;
};

TEST_F(SignalingAccessTest, ATokenSaysWhereAndAsWhom) {
  RoomClaims claims = world_.claims("r", "alice");
  claims.name = "Alice";
  claims.may = {.publish = false, .close = true};
  const auto admission = authorize(world_.token(claims), "r", "alice");
  ASSERT_TRUE(admission.has_value());
  EXPECT_EQ(admission->room, "r");
  EXPECT_EQ(admission->user, "alice");
  EXPECT_EQ(admission->name, "Alice");
  EXPECT_EQ(admission->may, claims.may);
}

TEST_F(SignalingAccessTest, NoTokenIsNotEnough) {
  EXPECT_FALSE(admits("", "r", "alice"));
  EXPECT_EQ(world_.signaling->counters().bad_tokens, 0U);
}

TEST_F(SignalingAccessTest, ATokenWithoutAUserIsForAnyUser) { EXPECT_TRUE(admits(world_.token("r"), "r", "bob")); }

TEST_F(SignalingAccessTest, ATokenIsForItsRoomAndItsUserAlone) {
  EXPECT_FALSE(admits(world_.token("r", "alice"), "s", "alice"));
  EXPECT_FALSE(admits(world_.token("r", "alice"), "r", "bob"));
  EXPECT_EQ(world_.signaling->counters().bad_tokens, 2U);
}

TEST_F(SignalingAccessTest, AForgedTokenIsRefused) {
  EXPECT_FALSE(admits(world_.token(world_.claims("r"), "guessed")));
  EXPECT_FALSE(admits(world_.token(world_.claims("r"), "north")));
  std::string changed = world_.token("r");
  changed[changed.find('.') + 3] ^= 1;
  EXPECT_FALSE(admits(changed));
}

TEST_F(SignalingAccessTest, ATokenThatNamesNoAlgorithmIsRefused) {
  // {"alg":"none","typ":"JWT"} . {"room":"r","exp":4102444800} . nothing
  const std::string head = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
  const std::string body = "eyJyb29tIjoiciIsImV4cCI6NDEwMjQ0NDgwMH0";
  EXPECT_FALSE(admits(head + "." + body + "."));
  const std::string signature = world_.token("r").substr(world_.token("r").rfind('.'));
  EXPECT_FALSE(admits(head + "." + body + signature));
}

TEST_F(SignalingAccessTest, AnExpiredTokenIsRefused) {
  const std::string token = world_.token("r");
  EXPECT_TRUE(admits(token));
  world_.clock.advance(Seconds{3600} + kTokenClockSkew + Seconds{1});
  EXPECT_FALSE(admits(token));
}

TEST_F(SignalingAccessTest, ATokenThatDoesNotAllowJoiningIsRefused) {
  RoomClaims claims = world_.claims("r");
  claims.may_join = false;
  claims.may.close = true;
  EXPECT_FALSE(admits(world_.token(claims)));
}

TEST_F(SignalingAccessTest, InTheOpenNoTokenIsNeededButOneThatIsSentMustBeGood) {
  world_.settings.signaling.auth = RoomAuth::open;
  world_.apply();
  EXPECT_TRUE(admits(""));
  EXPECT_TRUE(admits(world_.token("r"), "r"));
  EXPECT_FALSE(admits(world_.token(world_.claims("r"), "guessed"), "r"));
}

TEST_F(SignalingAccessTest, EverySecretIsGoodAndTheFirstOneSigns) {
  world_.settings.signaling.token_secrets = {"newer", "south"};
  world_.apply();
  EXPECT_TRUE(admits(world_.token("r")));
  EXPECT_TRUE(admits(world_.token(world_.claims("r"), "newer")));
}

TEST_F(SignalingAccessTest, WhoJoinsByATokenIsWhoItSays) {
  RoomClaims claims = world_.claims("r", "alice");
  claims.name = "Alice";
  NativePerson alice(world_);
  alice.say(R"({"type":"join-room","name":"Mallory","token":")" + world_.token(claims) + "\"}");
  EXPECT_THAT(alice.heard(), ::testing::ElementsAre(HasSubstr(R"("roomId":"r","userId":"alice","name":"Alice")")));
}

TEST_F(SignalingAccessTest, WhoJoinsWithoutATokenIsToldWhyNot) {
  NativePerson alice(world_);
  alice.join("r", "alice", R"(,"ref":"1")");
  const auto error = alice.take_last();
  EXPECT_EQ(error.at("code"), "unauthorized");
  EXPECT_EQ(error.at("ref"), "1");
  EXPECT_FALSE(alice.is_closed());
  EXPECT_EQ(world_.signaling->counters().rooms.refusals.at(static_cast<std::size_t>(rooms::Refusal::unauthorized)), 1U);
}

TEST_F(SignalingAccessTest, WhoMayNotPublishOnlyListens) {
  RoomClaims claims = world_.claims("r", "alice");
  claims.may.publish = false;
  NativePerson alice(world_);
  alice.join("r", "alice", R"(,"token":")" + world_.token(claims) + "\"");
  alice.take();
  alice.say(R"({"type":"chat","text":"hi"})");
  EXPECT_EQ(alice.last_error(), "unauthorized");
  alice.signal("1");
  EXPECT_EQ(alice.last_error(), "unauthorized");
}

TEST_F(SignalingAccessTest, AUserThatATokenNamesIsNotReplacedByATokenForAnybody) {
  NativePerson alice(world_);
  alice.say(R"({"type":"join-room","token":")" + world_.token("r", "alice") + "\"}");
  NativePerson other(world_);
  other.join("r", "alice", R"(,"token":")" + world_.token("r") + "\"");
  EXPECT_EQ(other.last_error(), "unauthorized");
  EXPECT_FALSE(alice.is_closed());
  test::PeerJsPerson third(world_, "alice", world_.token("r"));
  EXPECT_THAT(third.take(), ::testing::ElementsAre(HasSubstr("ID-TAKEN")));
}

TEST_F(SignalingAccessTest, AUserThatATokenNamesIsReplacedByAnotherSuchTokenInAnyDialect) {
  NativePerson alice(world_);
  alice.say(R"({"type":"join-room","token":")" + world_.token("r", "alice") + "\"}");
  const test::PeerJsPerson peer(world_, "alice", world_.token("r", "alice"));
  EXPECT_EQ(alice.close_code(), CloseCode::replaced);
  NativePerson again(world_);
  again.join("r", "alice", R"(,"token":")" + world_.token("r", "alice") + "\"");
  EXPECT_EQ(peer.close_code(), CloseCode::replaced);
}

TEST_F(SignalingAccessTest, WhoShowsNoTokenInTimeIsClosed) {
  NativePerson stranger(world_);
  stranger.join("r", "stranger");
  world_.advance(Seconds{29});
  stranger.beat();
  EXPECT_FALSE(stranger.is_closed());
  world_.advance(Seconds{1});
  stranger.beat();
  EXPECT_EQ(stranger.close_code(), CloseCode::policy);
}

TEST_F(SignalingAccessTest, WhoHasShownATokenOnceMayStay) {
  NativePerson alice(world_);
  alice.say(R"({"type":"join-room","token":")" + world_.token("r", "alice") + "\"}");
  alice.say(R"({"type":"leave-room"})");
  world_.advance(Seconds{3600});
  alice.beat();
  EXPECT_FALSE(alice.is_closed());
}

TEST_F(SignalingAccessTest, InTheOpenNobodyHasToJoin) {
  world_.settings.signaling.auth = RoomAuth::open;
  world_.apply();
  NativePerson idle(world_);
  world_.advance(Seconds{3600});
  idle.beat();
  EXPECT_FALSE(idle.is_closed());
}

}  // namespace
}  // namespace turnpike::control
