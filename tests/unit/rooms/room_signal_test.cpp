#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomSignalTest : public RoomCoreTest {
 protected:
  RoomSignalTest()
      : alice_(member("room", "alice")),
        bob_(member("room", "bob")),
        carol_(member("room", "carol")),
        stranger_(member("elsewhere", "stranger")) {}

  ClientId hidden_member(std::string user) {
    const ClientId client = connect();
    join(client, {.room = "room", .user = std::move(user), .hidden = true});
    return client;
  }

  ClientId alice_;
  ClientId bob_;
  ClientId carol_;
  ClientId stranger_;
};

TEST_F(RoomSignalTest, ATargetHearsItAndNobodyElse) {
  signal(alice_, "bob", "hello");
  EXPECT_THAT(heard(bob_), ElementsAre("#2 signal alice hello"));
  EXPECT_EQ(out().size(), 1U);
}

TEST_F(RoomSignalTest, WithoutATargetAllOthersOfTheRoomHearIt) {
  signal(alice_, "", "hello");
  EXPECT_THAT(heard(bob_), ElementsAre("#2 signal alice hello"));
  EXPECT_THAT(heard(carol_), ElementsAre("#1 signal alice hello"));
  EXPECT_EQ(out().size(), 2U);
}

TEST_F(RoomSignalTest, ABodyIsSharedAndNotCopied) {
  const auto body = std::make_shared<const std::string>("hello");
  std::vector<Delivery> told;
  core_->signal(alice_, "", 3, body, IfAbsent::refuse, clock_.now(), told);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].notice, told[1].notice);
  EXPECT_EQ(std::get<Signal>(*told[0].notice).body, body);
  EXPECT_EQ(std::get<Signal>(*told[0].notice).tag, 3U);
}

TEST_F(RoomSignalTest, ATargetInAnotherRoomIsUnknown) {
  signal(alice_, "stranger", "hello");
  EXPECT_THAT(heard(alice_), ElementsAre("error unknown-target"));
  EXPECT_THAT(heard(stranger_), IsEmpty());
}

TEST_F(RoomSignalTest, WhoIsInNoRoomIsNotHeard) {
  const ClientId nobody = connect();
  signal(nobody, "alice", "hello");
  EXPECT_THAT(heard(nobody), ElementsAre("error not-in-room"));
  chat(nobody, "hello");
  EXPECT_THAT(heard(nobody), ElementsAre("error not-in-room"));
}

TEST_F(RoomSignalTest, WhoMayOnlyListenIsNotHeard) {
  const ClientId listener = connect();
  join(listener, {.room = "room", .user = "listener", .may = {.publish = false}});
  signal(listener, "alice", "hello");
  EXPECT_THAT(heard(listener), ElementsAre("error unauthorized"));
  chat(listener, "hello");
  EXPECT_THAT(heard(listener), ElementsAre("error unauthorized"));
}

TEST_F(RoomSignalTest, ABodyOverTheBoundIsTooLarge) {
  signal(alice_, "bob", std::string(limits_.message_bytes, 'x'));
  EXPECT_EQ(heard(bob_).size(), 1U);
  signal(alice_, "bob", std::string(limits_.message_bytes + 1, 'x'));
  EXPECT_THAT(heard(alice_), ElementsAre("error too-large"));
  chat(alice_, std::string(limits_.message_bytes + 1, 'x'));
  EXPECT_THAT(heard(alice_), ElementsAre("error too-large"));
}

TEST_F(RoomSignalTest, AChatGoesToAllAndToItsSender) {
  chat(alice_, "hello");
  EXPECT_THAT(heard(alice_), ElementsAre("#3 chat alice hello"));
  EXPECT_THAT(heard(bob_), ElementsAre("#2 chat alice hello"));
  EXPECT_THAT(heard(carol_), ElementsAre("#1 chat alice hello"));
}

TEST_F(RoomSignalTest, ChatsAreCountedInTheRoomAndSayWhen) {
  chat(alice_, "one");
  chat(bob_, "two");
  const auto& second = std::get<Chat>(*out().front().notice);
  EXPECT_EQ(second.id, 2U);
  EXPECT_EQ(second.at, clock_.wall());
}

TEST_F(RoomSignalTest, WhoIsHiddenHearsNoBroadcastsAndCanBeAddressed) {
  const ClientId ghost = hidden_member("ghost");
  signal(alice_, "", "all");
  chat(alice_, "all");
  EXPECT_THAT(heard(ghost), IsEmpty());
  signal(alice_, "ghost", "you");
  EXPECT_THAT(heard(ghost), ElementsAre("#1 signal alice you"));
}

TEST_F(RoomSignalTest, WhoIsHiddenCanAddressOthersAndSeesItsOwnChat) {
  const ClientId ghost = hidden_member("ghost");
  signal(ghost, "alice", "you");
  EXPECT_THAT(heard(alice_), ElementsAre("#3 signal ghost you"));
  chat(ghost, "all");
  EXPECT_THAT(heard(ghost), ElementsAre("#1 chat ghost all"));
  EXPECT_THAT(heard(alice_), ElementsAre("#4 chat ghost all"));
}

TEST_F(RoomSignalTest, WhatIsHeldForSomebodyFollowsTheJoinedInOrder) {
  signal(alice_, "dave", "one", IfAbsent::hold);
  signal(bob_, "dave", "two", IfAbsent::hold);
  signal(alice_, "dave", "three", IfAbsent::hold);
  EXPECT_THAT(out(), IsEmpty());
  const ClientId dave = member("room", "dave");
  EXPECT_THAT(heard(dave), ElementsAre("joined dave: alice bob carol", "#1 signal alice one", "#2 signal bob two",
                                       "#3 signal alice three"));
  EXPECT_EQ(core().next_deadline(), kNever);
}

TEST_F(RoomSignalTest, WhatIsHeldInOneRoomIsNotDeliveredInAnother) {
  signal(alice_, "dave", "one", IfAbsent::hold);
  const ClientId dave = member("elsewhere", "dave");
  EXPECT_THAT(heard(dave), ElementsAre("joined dave: stranger"));
}

TEST_F(RoomSignalTest, EachSenderIsToldOnceThatNobodyCame) {
  signal(alice_, "dave", "one", IfAbsent::hold);
  signal(bob_, "dave", "two", IfAbsent::hold);
  pass(limits_.held - Duration{1});
  signal(alice_, "dave", "three", IfAbsent::hold);
  pass(Duration{1});
  EXPECT_THAT(heard(alice_), ElementsAre("undelivered dave"));
  EXPECT_THAT(heard(bob_), ElementsAre("undelivered dave"));
  EXPECT_EQ(core().counters().undelivered, 3U);
}

TEST_F(RoomSignalTest, WhatIsHeldFromSomebodyWhoHasGoneExpiresSilently) {
  signal(bob_, "dave", "one", IfAbsent::hold);
  leave(bob_);
  join(bob_, "room", "bob");
  pass(limits_.held);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(RoomSignalTest, WhatIsHeldIsBoundedForATargetAndInAll) {
  limits_.held_messages = 2;
  limits_.held_total = 3;
  core_->set_limits(limits_);
  signal(alice_, "dave", "one", IfAbsent::hold);
  signal(alice_, "dave", "two", IfAbsent::hold);
  signal(alice_, "dave", "three", IfAbsent::hold);
  EXPECT_THAT(heard(alice_), ElementsAre("error unknown-target"));
  signal(alice_, "erin", "one", IfAbsent::hold);
  EXPECT_THAT(heard(alice_), IsEmpty());
  signal(alice_, "frank", "one", IfAbsent::hold);
  EXPECT_THAT(heard(alice_), ElementsAre("error unknown-target"));
}

TEST_F(RoomSignalTest, WhatIsHeldCountsAsKeptUntilItExpires) {
  const std::size_t before = core().kept_bytes();
  signal(alice_, "dave", std::string(1000, 'x'), IfAbsent::hold);
  EXPECT_GT(core().kept_bytes(), before + 1000);
  pass(limits_.held);
  EXPECT_EQ(core().kept_bytes(), before);
}

TEST_F(RoomSignalTest, WhatIsHeldEndsWithTheRoom) {
  signal(alice_, "dave", "one", IfAbsent::hold);
  close("room");
  pass(limits_.closed_room);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(core().kept_bytes(), 0U);
}

}  // namespace
}  // namespace turnpike::rooms
