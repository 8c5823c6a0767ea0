#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomJoinTest : public RoomCoreTest {};

TEST_F(RoomJoinTest, WhoJoinsIsToldTheOthersInTheOrderInWhichTheyJoined) {
  member("room", "zoe");
  member("room", "adam");
  const ClientId bob = member("room", "bob");
  EXPECT_THAT(heard(bob), ElementsAre("joined bob: zoe adam"));
}

TEST_F(RoomJoinTest, TheOthersAreToldWhoHasJoinedWithTheName) {
  const ClientId alice = member("room", "alice");
  const ClientId bob = connect();
  join(bob, {.room = "room", .user = "bob", .name = "Bob B."});
  EXPECT_THAT(heard(alice), ElementsAre("#1 new-peer bob"));
  EXPECT_EQ(std::get<PeerJoined>(*out().back().notice).peer.name, "Bob B.");
}

TEST_F(RoomJoinTest, RoomAndUserAreDrawnWhenTheyAreNotNamed) {
  const ClientId first = connect();
  join(first, JoinRequest{});
  const Joined drawn = *joined(first);
  const ClientId second = connect();
  join(second, JoinRequest{});
  EXPECT_EQ(drawn.room.size(), 22U);  // 128 bits in base64url
  EXPECT_EQ(drawn.user.size(), 22U);
  EXPECT_NE(joined(second)->room, drawn.room);
  EXPECT_NE(joined(second)->user, drawn.user);
}

TEST_F(RoomJoinTest, TextsThatAreTooLongOrNotCleanAreABadMessage) {
  const ClientId client = connect();
  for (const JoinRequest& request :
       {JoinRequest{.room = std::string(65, 'a')}, JoinRequest{.room = "a\nb"},
        JoinRequest{.room = "r", .user = std::string(65, 'a')}, JoinRequest{.room = "r", .user = "\xff"},
        JoinRequest{.room = "r", .name = std::string(129, 'a')},
        JoinRequest{.room = "r", .owner = std::string(1025, 'a')}}) {
    join(client, request);
    EXPECT_THAT(heard(client), ElementsAre("error bad-message"));
  }
  EXPECT_EQ(core().counters().refusals[static_cast<std::size_t>(Refusal::bad_message)], 6U);
}

TEST_F(RoomJoinTest, JoiningUnderAUserIdThatIsThereReplacesItsMember) {
  const ClientId alice = member("room", "alice");
  const ClientId old_bob = member("room", "bob");
  const ClientId bob = member("room", "bob");
  EXPECT_THAT(heard(old_bob), ElementsAre("removed replaced"));
  EXPECT_THAT(heard(alice), ElementsAre("#2 peer-left bob replaced", "#3 new-peer bob"));
  EXPECT_THAT(heard(bob), ElementsAre("joined bob: alice"));
}

TEST_F(RoomJoinTest, ReplacingWorksInAFullRoom) {
  limits_.members = 1;
  remake(limits_);
  member("room", "bob");
  const ClientId bob = member("room", "bob");
  EXPECT_THAT(heard(bob), ElementsAre("joined bob:"));
}

TEST_F(RoomJoinTest, WhoJoinsAnotherRoomLeavesTheFirst) {
  const ClientId alice = member("room", "alice");
  const ClientId bob = member("room", "bob");
  join(bob, "elsewhere", "bob");
  EXPECT_THAT(heard(alice), ElementsAre("#2 peer-left bob left"));
  EXPECT_FALSE(core().is_member("room", "bob"));
  EXPECT_TRUE(core().is_member("elsewhere", "bob"));
}

TEST_F(RoomJoinTest, ARefusedJoinCostsNoPlace) {
  limits_.members = 1;
  remake(limits_);
  member("full", "alice");
  const ClientId bob = member("room", "bob");
  join(bob, "full", "bob");
  EXPECT_THAT(heard(bob), ElementsAre("error room-full"));
  EXPECT_TRUE(core().is_member("room", "bob"));
}

TEST_F(RoomJoinTest, AFullRoomTakesNobodyUntilSomebodyLeaves) {
  limits_.members = 2;
  remake(limits_);
  member("room", "alice");
  const ClientId bob = member("room", "bob");
  const ClientId carol = connect();
  join(carol, "room", "carol");
  EXPECT_THAT(heard(carol), ElementsAre("error room-full"));
  leave(bob);
  join(carol, "room", "carol");
  EXPECT_THAT(heard(carol), ElementsAre("joined carol: alice"));
}

TEST_F(RoomJoinTest, APlaceThatIsKeptCountsAsAMember) {
  limits_.members = 1;
  remake(limits_);
  disconnect(member("room", "alice"));
  const ClientId bob = connect();
  join(bob, "room", "bob");
  EXPECT_THAT(heard(bob), ElementsAre("error room-full"));
}

TEST_F(RoomJoinTest, ACapacityGoesBeforeTheLimitForWhoBringsIt) {
  limits_.members = 1;
  remake(limits_);
  const ClientId alice = member("room", "alice");
  const ClientId bob = connect();
  join(bob, {.room = "room", .user = "bob", .hidden = true, .capacity = 2});
  EXPECT_THAT(heard(bob), ElementsAre("joined bob: alice"));
  const ClientId carol = connect();
  join(carol, {.room = "room", .user = "carol", .hidden = true, .capacity = 2});
  EXPECT_THAT(heard(carol), ElementsAre("error room-full"));
  leave(alice);
  join(carol, "room", "carol");
  EXPECT_THAT(heard(carol), ElementsAre("joined carol:"));
}

TEST_F(RoomJoinTest, AnothersCapacityIsOfNoUseToWhoBringsNone) {
  limits_.members = 1;
  remake(limits_);
  for (const char* user : {"alice", "bob"}) join(connect(), {.room = "room", .user = user, .capacity = 9});
  const ClientId carol = connect();
  join(carol, "room", "carol");
  EXPECT_THAT(heard(carol), ElementsAre("error room-full"));
}

TEST_F(RoomJoinTest, AUserIdWithAnOwnerIsReplacedByItsOwnerAlone) {
  join(connect(), {.room = "room", .user = "alice", .owner = "secret"});
  const ClientId thief = connect();
  join(thief, "room", "alice");
  EXPECT_THAT(heard(thief), ElementsAre("error unauthorized"));
  join(thief, {.room = "room", .user = "alice", .owner = "guess"});
  EXPECT_THAT(heard(thief), ElementsAre("error unauthorized"));
  const ClientId alice = connect();
  join(alice, {.room = "room", .user = "alice", .owner = "secret"});
  EXPECT_THAT(heard(alice), ElementsAre("joined alice:"));
}

TEST_F(RoomJoinTest, WhileDrainingNobodyNewComesIn) {
  const ClientId alice = member("room", "alice");
  core_->start_draining();
  const ClientId bob = connect();
  join(bob, "room", "bob");
  EXPECT_THAT(heard(bob), ElementsAre("error draining"));
  EXPECT_THAT(heard(alice), IsEmpty());
}

TEST_F(RoomJoinTest, WhoIsHiddenIsNotAnnouncedAndHearsNoAnnouncements) {
  const ClientId alice = member("room", "alice");
  const ClientId ghost = connect();
  join(ghost, {.room = "room", .user = "ghost", .hidden = true});
  EXPECT_THAT(heard(alice), IsEmpty());
  EXPECT_THAT(heard(ghost), ElementsAre("joined ghost: alice"));
  const ClientId bob = member("room", "bob");
  EXPECT_THAT(heard(ghost), IsEmpty());
  EXPECT_THAT(heard(bob), ElementsAre("joined bob: alice"));
  leave(ghost);
  EXPECT_THAT(heard(alice), IsEmpty());
}

TEST_F(RoomJoinTest, AClientThatIsNotConnectedJoinsNothing) {
  join(ClientId{99}, "room", "alice");
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(core().room_count(), 0U);
}

}  // namespace
}  // namespace turnpike::rooms
