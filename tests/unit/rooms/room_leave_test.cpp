#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomLeaveTest : public RoomCoreTest {
 protected:
  RoomLeaveTest() : alice_(member("room", "alice")), bob_(member("room", "bob")) {}

  void leave_alone() {
    leave(alice_);
    leave(bob_);
  }

  ClientId alice_;
  ClientId bob_;
};

TEST_F(RoomLeaveTest, TheOthersAreToldAndWhoLeftIsNot) {
  leave(bob_);
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob left"));
  EXPECT_THAT(heard(bob_), IsEmpty());
}

TEST_F(RoomLeaveTest, WhoIsInNoRoomCannotLeaveOne) {
  leave(bob_);
  leave(bob_);
  EXPECT_THAT(heard(bob_), ElementsAre("error not-in-room"));
}

TEST_F(RoomLeaveTest, ALostSocketIsNotToldUntilTheGracePeriodIsOver) {
  disconnect(bob_);
  EXPECT_THAT(heard(alice_), IsEmpty());
  pass(limits_.grace - Duration{1});
  EXPECT_THAT(heard(alice_), IsEmpty());
  EXPECT_FALSE(core().members("room")[1].connected);
  pass(Duration{1});
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob disconnected"));
  EXPECT_EQ(core().counters().lost_places, 1U);
}

TEST_F(RoomLeaveTest, WhoKeepsNoPlaceIsGoneWithItsSocket) {
  const ClientId carol = connect();
  join(carol, {.room = "room", .user = "carol", .keeps_place = false});
  EXPECT_EQ(resume_of(carol), "");
  disconnect(carol);
  EXPECT_THAT(heard(alice_), ElementsAre("#3 peer-left carol disconnected"));
}

TEST_F(RoomLeaveTest, WhoIsKickedIsToldAndTheOthersToo) {
  kick("room", "bob");
  EXPECT_THAT(heard(bob_), ElementsAre("removed kicked"));
  EXPECT_THAT(heard(alice_), ElementsAre("#2 peer-left bob kicked"));
}

TEST_F(RoomLeaveTest, WhoWasKickedMayNotComeBackForAWhile) {
  kick("room", "bob");
  join(bob_, "room", "bob");
  EXPECT_THAT(heard(bob_), ElementsAre("error unauthorized"));
  pass(limits_.closed_room);
  join(bob_, "room", "bob");
  EXPECT_THAT(heard(bob_), ElementsAre("joined bob: alice"));
}

TEST_F(RoomLeaveTest, WhoWasKickedMayJoinAnotherRoom) {
  kick("room", "bob");
  join(bob_, "elsewhere", "bob");
  EXPECT_THAT(heard(bob_), ElementsAre("joined bob:"));
}

TEST_F(RoomLeaveTest, KickingOrClosingWhatIsNotThereDoesNothing) {
  std::vector<Delivery> told;
  EXPECT_FALSE(core_->kick("room", "carol", clock_.now(), told));
  EXPECT_FALSE(core_->kick("elsewhere", "bob", clock_.now(), told));
  EXPECT_FALSE(core_->close("elsewhere", clock_.now(), told));
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(core().next_deadline(), kNever);
}

TEST_F(RoomLeaveTest, AClosedRoomTellsEachMemberOnceAndIsGone) {
  close("room");
  EXPECT_THAT(heard(alice_), ElementsAre("removed closed"));
  EXPECT_THAT(heard(bob_), ElementsAre("removed closed"));
  EXPECT_EQ(core().room_count(), 0U);
  EXPECT_EQ(core().member_count(), 0U);
}

TEST_F(RoomLeaveTest, NobodyJoinsAClosedRoomForAWhile) {
  close("room");
  join(alice_, "room", "alice");
  EXPECT_THAT(heard(alice_), ElementsAre("error unauthorized"));
  pass(limits_.closed_room);
  join(alice_, "room", "alice");
  EXPECT_THAT(heard(alice_), ElementsAre("joined alice:"));
}

TEST_F(RoomLeaveTest, ARoomEndsWithItsLastMember) {
  leave_alone();
  EXPECT_EQ(core().room_count(), 0U);
}

TEST_F(RoomLeaveTest, AnEmptyRoomStaysAsLongAsItMay) {
  limits_.empty_room = Seconds{30};
  core_->set_limits(limits_);
  leave_alone();
  pass(Seconds{29});
  EXPECT_EQ(core().room_count(), 1U);
  pass(Seconds{1});
  EXPECT_EQ(core().room_count(), 0U);
}

TEST_F(RoomLeaveTest, AnEmptyRoomThatIsJoinedAgainStays) {
  limits_.empty_room = Seconds{30};
  core_->set_limits(limits_);
  leave_alone();
  join(bob_, "room", "bob");
  pass(Seconds{60});
  EXPECT_TRUE(core().is_member("room", "bob"));
}

TEST_F(RoomLeaveTest, WhoeverLeavesTheDeadlinesThatAreLeftAreTheirs) {
  disconnect(alice_);
  EXPECT_EQ(core().next_deadline(), clock_.mono() + limits_.grace);
  kick("room", "alice");
  pass(limits_.closed_room);
  EXPECT_EQ(core().next_deadline(), kNever);
}

}  // namespace
}  // namespace turnpike::rooms
