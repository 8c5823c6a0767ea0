#include "room_core_fixture.hpp"

namespace turnpike::rooms {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RoomBoundsTest : public RoomCoreTest {
 protected:
  ClientId in_room_of(std::string_view address, const std::string& room) {
    const ClientId client = connect(address);
    join(client, room, "somebody");
    return client;
  }
};

TEST_F(RoomBoundsTest, ClientsAreBoundedInAll) {
  limits_.clients = 2;
  remake(limits_);
  const ClientId first = connect("192.0.2.1");
  connect("192.0.2.2");
  EXPECT_EQ(try_connect(ClientId{50}, "192.0.2.3"), Refusal::rate_limited);
  disconnect(first);
  EXPECT_EQ(try_connect(ClientId{51}, "192.0.2.3"), std::nullopt);
}

TEST_F(RoomBoundsTest, ClientsAreBoundedForAnAddress) {
  limits_.clients_per_address = 1;
  remake(limits_);
  const ClientId first = connect("192.0.2.1");
  EXPECT_EQ(try_connect(ClientId{50}, "::ffff:192.0.2.1"), Refusal::rate_limited);
  EXPECT_EQ(try_connect(ClientId{51}, "192.0.2.2"), std::nullopt);
  disconnect(first);
  EXPECT_EQ(try_connect(ClientId{52}, "192.0.2.1"), std::nullopt);
}

TEST_F(RoomBoundsTest, RoomsAreBoundedInAll) {
  limits_.rooms = 1;
  remake(limits_);
  in_room_of("192.0.2.1", "first");
  const ClientId client = in_room_of("192.0.2.2", "second");
  EXPECT_THAT(heard(client), ElementsAre("error rate-limited"));
  join(client, "first", "other");
  EXPECT_THAT(heard(client), ElementsAre("joined other: somebody"));
}

TEST_F(RoomBoundsTest, RoomsAreBoundedForWhoMadeThem) {
  limits_.rooms_per_address = 1;
  remake(limits_);
  const ClientId maker = in_room_of("2001:db8:1:2::1", "first");
  const ClientId client = in_room_of("2001:db8:1:2::ffff", "second");
  EXPECT_THAT(heard(client), ElementsAre("error rate-limited"));
  leave(maker);
  join(client, "second", "somebody");
  EXPECT_THAT(heard(client), ElementsAre("joined somebody:"));
}

TEST_F(RoomBoundsTest, ARoomCountsForItsMakerAsLongAsItIsThere) {
  limits_.rooms_per_address = 1;
  remake(limits_);
  const ClientId maker = in_room_of("192.0.2.1", "first");
  const ClientId guest = connect("192.0.2.2");
  join(guest, "first", "guest");
  leave(maker);
  join(maker, "second", "somebody");
  EXPECT_THAT(heard(maker), ElementsAre("error rate-limited"));
  leave(guest);
  join(maker, "second", "somebody");
  EXPECT_THAT(heard(maker), ElementsAre("joined somebody:"));
}

TEST_F(RoomBoundsTest, WhoIsAloneInItsRoomMayMakeAnotherAtTheBound) {
  limits_.rooms = 1;
  limits_.rooms_per_address = 1;
  remake(limits_);
  const ClientId client = in_room_of("192.0.2.1", "first");
  join(client, "second", "somebody");
  EXPECT_THAT(heard(client), ElementsAre("joined somebody:"));
  EXPECT_EQ(core().room_count(), 1U);
}

TEST_F(RoomBoundsTest, LowerBoundsEndNothing) {
  in_room_of("192.0.2.1", "first");
  in_room_of("192.0.2.1", "second");
  limits_.rooms = 1;
  limits_.clients = 1;
  limits_.members = 1;
  core_->set_limits(limits_);
  EXPECT_EQ(core().room_count(), 2U);
  EXPECT_EQ(core().client_count(), 2U);
}

TEST_F(RoomBoundsTest, AClientThatSpeaksTooFastIsNotAdmittedAndCounted) {
  limits_.messages_per_second = 1;
  remake(limits_);
  const ClientId client = connect();
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(core_->admit(client, 1, clock_.now()));
  EXPECT_FALSE(core_->admit(client, 1, clock_.now()));
  EXPECT_EQ(core().counters().refusals[static_cast<std::size_t>(Refusal::rate_limited)], 1U);
  pass(Seconds{1});
  EXPECT_TRUE(core_->admit(client, 1, clock_.now()));
}

TEST_F(RoomBoundsTest, WhatIsKeptForAllIsBoundedAndNothingIsLeftAtTheEnd) {
  limits_.kept_total = 20'000;
  remake(limits_);
  std::vector<ClientId> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(member("room", "user" + std::to_string(i)));
  for (int i = 0; i < 200; ++i) {
    chat(clients[static_cast<std::size_t>(i % 8)], std::string(100, 'x'));
    EXPECT_LE(core().kept_bytes(), limits_.kept_total);
    if (i % 50 == 10) {
      disconnect(clients[7]);
      clients[7] = member("room", "user7");
    }
  }
  EXPECT_GT(core().kept_bytes(), 19'000U);
  for (const ClientId client : clients) disconnect(client);
  pass(limits_.grace);
  EXPECT_EQ(core().kept_bytes(), 0U);
  EXPECT_EQ(core().member_count() + core().room_count() + core().client_count(), 0U);
}

TEST_F(RoomBoundsTest, WhatIsKeptForTheConnectedGivesWayToWhoseSocketIsLost) {
  limits_.kept_total = 2000;
  remake(limits_);
  const ClientId alice = member("room", "alice");
  const ClientId bob = member("room", "bob");
  const std::string secret = resume_of(bob);
  for (int i = 0; i < 10; ++i) signal(bob, "alice", "to who is there");
  disconnect(bob);
  for (int i = 0; i < 4; ++i) signal(alice, "bob", "meanwhile");
  const ClientId back = connect();
  join(back, resuming(secret));
  EXPECT_EQ(heard(back).size(), 5U);
}

TEST_F(RoomBoundsTest, WhatIsKeptEndsAPlaceWhenNothingCanGiveWay) {
  limits_.kept_total = 600;
  remake(limits_);
  const ClientId alice = member("room", "alice");
  disconnect(member("room", "bob"));
  signal(alice, "bob", "one");
  signal(alice, "bob", "two");
  EXPECT_THAT(heard(alice), IsEmpty());
  signal(alice, "bob", "three");
  EXPECT_THAT(heard(alice), ElementsAre("#2 peer-left bob overflow"));
}

}  // namespace
}  // namespace turnpike::rooms
