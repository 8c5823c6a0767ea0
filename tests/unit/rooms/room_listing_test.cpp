#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomListingTest : public RoomCoreTest {
 protected:
  [[nodiscard]] std::vector<std::string> ids(std::string_view after, std::size_t limit) const {
    std::vector<std::string> result;
    for (const RoomView& room : core().list(after, limit).rooms) result.push_back(room.id);
    return result;
  }
};

TEST_F(RoomListingTest, RoomsComeInTheOrderOfTheirIdsPageByPage) {
  for (const char* room : {"c", "a", "b"}) member(room, "somebody");
  EXPECT_THAT(ids("", 2), ElementsAre("a", "b"));
  EXPECT_EQ(core().list("", 2).next, "b");
  EXPECT_THAT(ids("b", 2), ElementsAre("c"));
  EXPECT_EQ(core().list("b", 2).next, "");
}

TEST_F(RoomListingTest, APlaceInTheListingMayBeOfARoomThatHasGone) {
  for (const char* room : {"c", "a"}) member(room, "somebody");
  EXPECT_THAT(ids("b", 9), ElementsAre("c"));
}

TEST_F(RoomListingTest, AFullPageThatIsTheLastSaysSo) {
  member("a", "somebody");
  EXPECT_EQ(core().list("", 1).next, "");
}

TEST_F(RoomListingTest, ARoomSaysHowManyAreInItAndWhatWasSaid) {
  const ClientId alice = member("room", "alice");
  member("room", "bob");
  signal(alice, "bob", "hello");
  signal(alice, "nobody", "hello");
  chat(alice, "hello");
  const RoomView room = core().find("room").value();
  EXPECT_EQ(room.members, 2U);
  EXPECT_EQ(room.messages, 2U);
  EXPECT_EQ(room.since, clock_.wall());
  EXPECT_FALSE(core().find("elsewhere").has_value());
}

TEST_F(RoomListingTest, MembersComeInTheOrderOfJoiningWithWhatIsKnownOfThem) {
  disconnect(member("room", "zoe"));
  clock_.advance(Seconds{5});
  join(connect(), {.room = "room", .user = "adam", .name = "Adam", .dialect = 2, .hidden = true});
  const std::vector<MemberView> members = core().members("room");
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].peer.user, "zoe");
  EXPECT_FALSE(members[0].connected);
  EXPECT_EQ(members[1].peer, (Peer{"adam", "Adam"}));
  EXPECT_EQ(members[1].dialect, 2U);
  EXPECT_TRUE(members[1].connected);
  EXPECT_TRUE(members[1].hidden);
  EXPECT_EQ(members[1].since, clock_.wall());
  EXPECT_THAT(core().members("elsewhere"), IsEmpty());
}

TEST_F(RoomListingTest, ItIsKnownWhoIsAMember) {
  member("room", "alice");
  EXPECT_TRUE(core().is_member("room", "alice"));
  EXPECT_FALSE(core().is_member("room", "bob"));
  EXPECT_FALSE(core().is_member("elsewhere", "alice"));
}

}  // namespace
}  // namespace turnpike::rooms
