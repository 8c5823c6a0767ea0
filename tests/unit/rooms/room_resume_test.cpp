#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomResumeTest : public RoomCoreTest {
 protected:
  RoomResumeTest() { begin_with(RoomLimits()); }

  void begin_with(const RoomLimits& limits) {
    remake(limits);
    alice_ = member("room", "alice");
    bob_ = member("room", "bob");
    secret_ = resume_of(bob_);
  }
  ClientId resume(std::optional<std::uint64_t> seen = std::nullopt) {
    const ClientId client = connect();
    join(client, resuming(secret_, seen));
    return client;
  }

  ClientId alice_{};
  ClientId bob_{};
  std::string secret_;
};

TEST_F(RoomResumeTest, WhatWasSentMeanwhileFollowsAndNobodyIsToldAnything) {
  disconnect(bob_);
  signal(alice_, "bob", "one");
  chat(alice_, "two");
  const ClientId carol = member("room", "carol");
  const ClientId bob = resume();
  EXPECT_THAT(heard(bob),
              ElementsAre("resumed bob: alice carol", "#1 signal alice one", "#2 chat alice two", "#3 new-peer carol"));
  EXPECT_THAT(heard(alice_), IsEmpty());
  EXPECT_THAT(heard(carol), IsEmpty());
  EXPECT_EQ(core().counters().resumes, 1U);
}

TEST_F(RoomResumeTest, WhatTheClientSaysItHasNotSeenIsSentAgain) {
  signal(alice_, "bob", "one");
  signal(alice_, "bob", "two");
  disconnect(bob_);
  signal(alice_, "bob", "three");
  const ClientId bob = resume(1);
  EXPECT_THAT(heard(bob), ElementsAre("#1 resumed bob: alice", "#2 signal alice two", "#3 signal alice three"));
}

TEST_F(RoomResumeTest, WithoutALastNumberAllThatTheOldSocketGotCountsAsSeen) {
  signal(alice_, "bob", "one");
  disconnect(bob_);
  signal(alice_, "bob", "two");
  const ClientId bob = resume();
  EXPECT_THAT(heard(bob), ElementsAre("#1 resumed bob: alice", "#2 signal alice two"));
}

TEST_F(RoomResumeTest, NumbersGoOnAfterResuming) {
  signal(alice_, "bob", "one");
  disconnect(bob_);
  const ClientId bob = resume();
  signal(alice_, "bob", "two");
  EXPECT_THAT(heard(bob), ElementsAre("#2 signal alice two"));
}

TEST_F(RoomResumeTest, AnOldSocketThatSeemsOpenIsTakenOver) {
  signal(alice_, "bob", "one");
  const ClientId bob = resume(0);
  EXPECT_THAT(heard(bob_), ElementsAre("removed replaced"));
  EXPECT_THAT(heard(bob), ElementsAre("resumed bob: alice", "#1 signal alice one"));
  EXPECT_THAT(heard(alice_), IsEmpty());
  disconnect(bob_);
  EXPECT_TRUE(core().members("room")[1].connected);
}

TEST_F(RoomResumeTest, EachSecretIsGoodForOneTime) {
  disconnect(bob_);
  const ClientId bob = resume();
  EXPECT_NE(resume_of(bob), secret_);
  disconnect(bob);
  const ClientId late = resume();
  EXPECT_FALSE(joined(late)->resumed);
}

TEST_F(RoomResumeTest, AWrongSecretMakesItAJoinLikeAnyOther) {
  disconnect(bob_);
  secret_.back() = secret_.back() == 'A' ? 'B' : 'A';
  const ClientId client = connect();
  JoinRequest request = resuming(secret_);
  request.user = "bob";
  join(client, request);
  EXPECT_THAT(heard(client), ElementsAre("joined bob: alice"));
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob replaced", "#3 new-peer bob"));
  EXPECT_EQ(core().counters().failed_resumes, 1U);
}

TEST_F(RoomResumeTest, ASecretThatIsNoneIsHarmless) {
  for (const std::string& text : {std::string("?"), std::string(1000, 'A'), std::string(32, 'A')}) {
    secret_ = text;
    EXPECT_FALSE(joined(resume())->resumed);
  }
}

TEST_F(RoomResumeTest, ASecretIsNoGoodForAnotherUser) {
  disconnect(bob_);
  const ClientId client = connect();
  JoinRequest request = resuming(secret_);
  request.user = "carol";
  join(client, request);
  EXPECT_THAT(heard(client), ElementsAre("joined carol: alice bob"));
}

TEST_F(RoomResumeTest, OnlyToResumeIsRefusedWhenThereIsNothingToResume) {
  const ClientId client = connect();
  JoinRequest request = resuming("nothing");
  request.resume_only = true;
  join(client, request);
  EXPECT_THAT(heard(client), ElementsAre("error unauthorized"));
  EXPECT_EQ(core().member_count(), 2U);
}

TEST_F(RoomResumeTest, AfterTheGracePeriodItIsAJoin) {
  disconnect(bob_);
  pass(limits_.grace);
  EXPECT_FALSE(joined(resume())->resumed);
}

TEST_F(RoomResumeTest, ResumingEndsTheGracePeriod) {
  disconnect(bob_);
  resume();
  pass(limits_.grace);
  EXPECT_TRUE(core().is_member("room", "bob"));
  EXPECT_EQ(core().next_deadline(), kNever);
}

TEST_F(RoomResumeTest, WhatWasAcknowledgedIsNotKept) {
  signal(alice_, "bob", "one");
  EXPECT_GT(core().kept_bytes(), 0U);
  core_->acknowledge(bob_, 1);
  core_->acknowledge(alice_, 1);
  EXPECT_EQ(core().kept_bytes(), 0U);
  disconnect(bob_);
  EXPECT_FALSE(joined(resume(0))->resumed);
}

TEST_F(RoomResumeTest, ANumberThatWasNeverSentIsNoResume) {
  disconnect(bob_);
  signal(alice_, "bob", "one");
  EXPECT_FALSE(joined(resume(1))->resumed);
}

TEST_F(RoomResumeTest, WhileConnectedTooMuchDropsTheOldest) {
  limits_.kept_messages = 2;
  begin_with(limits_);
  for (const char* text : {"one", "two", "three"}) signal(alice_, "bob", text);
  disconnect(bob_);
  const ClientId bob = resume(1);
  EXPECT_THAT(heard(bob), ElementsAre("#1 resumed bob: alice", "#2 signal alice two", "#3 signal alice three"));
}

TEST_F(RoomResumeTest, WhoMissesWhatWasDroppedJoinsAnew) {
  limits_.kept_messages = 2;
  begin_with(limits_);
  for (const char* text : {"one", "two", "three"}) signal(alice_, "bob", text);
  disconnect(bob_);
  const ClientId client = connect();
  JoinRequest request = resuming(secret_, 0);
  request.user = "bob";
  join(client, request);
  EXPECT_THAT(heard(client), ElementsAre("joined bob: alice"));
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob replaced", "#3 new-peer bob"));
}

TEST_F(RoomResumeTest, WhileTheSocketIsLostTooManyMessagesEndThePlace) {
  limits_.kept_messages = 2;
  begin_with(limits_);
  disconnect(bob_);
  signal(alice_, "bob", "one");
  signal(alice_, "bob", "two");
  EXPECT_TRUE(core().is_member("room", "bob"));
  signal(alice_, "bob", "three");
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob overflow"));
  EXPECT_FALSE(core().is_member("room", "bob"));
}

TEST_F(RoomResumeTest, WhatTheOldSocketGotGivesWayBeforeThePlaceEnds) {
  limits_.kept_messages = 2;
  begin_with(limits_);
  signal(alice_, "bob", "one");
  signal(alice_, "bob", "two");
  disconnect(bob_);
  signal(alice_, "bob", "three");
  signal(alice_, "bob", "four");
  const ClientId bob = resume();
  EXPECT_THAT(heard(bob), ElementsAre("#2 resumed bob: alice", "#3 signal alice three", "#4 signal alice four"));
}

TEST_F(RoomResumeTest, WhileDrainingAPlaceIsStillTakenBack) {
  disconnect(bob_);
  core_->start_draining();
  EXPECT_TRUE(joined(resume())->resumed);
}

TEST_F(RoomResumeTest, WhoResumesLeavesWhereItIs) {
  disconnect(bob_);
  const ClientId carol = member("room", "carol");
  join(carol, resuming(secret_));
  EXPECT_THAT(heard(carol), ElementsAre("resumed bob: alice carol", "#1 new-peer carol", "#2 peer-left carol left"));
  EXPECT_FALSE(core().is_member("room", "carol"));
}

TEST_F(RoomResumeTest, OverflowOfOneIsKeptForAnotherWhoseSocketIsLost) {
  limits_.kept_messages = 2;
  begin_with(limits_);
  const ClientId carol = member("room", "carol");
  const std::string secret = resume_of(carol);
  disconnect(bob_);
  disconnect(carol);
  for (const char* text : {"one", "two", "three"}) signal(alice_, "bob", text);
  const ClientId back = connect();
  join(back, resuming(secret));
  EXPECT_THAT(heard(back), ElementsAre("resumed carol: alice", "#1 peer-left bob overflow"));
}

TEST_F(RoomResumeTest, WhoResumesMayWhatItsNewTokenSays) {
  disconnect(bob_);
  const ClientId bob = connect();
  JoinRequest request = resuming(secret_);
  request.may.publish = false;
  join(bob, request);
  chat(bob, "hi");
  EXPECT_THAT(heard(bob), ElementsAre("error unauthorized"));
}

TEST_F(RoomResumeTest, WhoResumesWithoutATokenMayWhatItMight) {
  const ClientId carol = connect();
  join(carol, {.room = "room", .user = "carol", .may = {.publish = false}});
  JoinRequest request = resuming(resume_of(carol));
  request.resume_only = true;
  disconnect(carol);
  const ClientId again = connect();
  join(again, request);
  chat(again, "hi");
  EXPECT_THAT(heard(again), ElementsAre("error unauthorized"));
}

}  // namespace
}  // namespace turnpike::rooms
