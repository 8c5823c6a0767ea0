#include "turn/allocation_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/core_settings.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::turn {
namespace {

FiveTuple tuple(std::uint16_t port) {
  return {{test::address("9.0.0.1"), port}, test::endpoint("203.0.113.1:3478"), Transport::udp};
}

AllocationTable make_table(std::size_t bound) { return {bound, KeyedHash(KeyedHash::Key{1, 2})}; }

TEST(AllocationTableTest, AtTheBoundNothingIsInserted) {
  AllocationTable table = make_table(2);
  ASSERT_NE(table.insert(tuple(1)), nullptr);
  ASSERT_NE(table.insert(tuple(2)), nullptr);
  EXPECT_EQ(table.insert(tuple(3)), nullptr);
  table.erase(*table.find(tuple(1)));
  EXPECT_NE(table.insert(tuple(3)), nullptr);
}

TEST(AllocationTableTest, AHigherBoundKeepsEverybodyAndMakesRoom) {
  AllocationTable table = make_table(8);
  for (std::uint16_t port = 1; port <= 8; ++port) ASSERT_NE(table.insert(tuple(port)), nullptr);
  const AllocationId first = table.find(tuple(1))->id;
  table.set_bound(500);
  EXPECT_EQ(table.find(tuple(1))->id, first);
  for (std::uint16_t port = 9; port <= 500; ++port) ASSERT_NE(table.insert(tuple(port)), nullptr);
  EXPECT_EQ(table.insert(tuple(501)), nullptr);
  for (std::uint16_t port = 1; port <= 500; ++port) ASSERT_NE(table.find(tuple(port)), nullptr) << port;
}

TEST(AllocationTableTest, ALowerBoundThrowsNobodyOut) {
  AllocationTable table = make_table(4);
  for (std::uint16_t port = 1; port <= 4; ++port) ASSERT_NE(table.insert(tuple(port)), nullptr);
  table.set_bound(2);
  EXPECT_NE(table.find(tuple(4)), nullptr);
  table.erase(*table.find(tuple(4)));
  EXPECT_EQ(table.insert(tuple(5)), nullptr);
}

TEST(AllocationTableTest, AReusedSlotHasAnotherGeneration) {
  AllocationTable table = make_table(1);
  const AllocationId first = table.insert(tuple(1))->id;
  table.erase(*table.find(tuple(1)));
  EXPECT_EQ(table.find(first), nullptr);
  const AllocationId second = table.insert(tuple(1))->id;
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_NE(second.generation, first.generation);
  EXPECT_EQ(table.find(first), nullptr);
  EXPECT_NE(table.find(second), nullptr);
}

TEST(AllocationTableTest, IdsThatNeverWereAreNotFound) {
  AllocationTable table = make_table(4);
  EXPECT_EQ(table.find(AllocationId{}), nullptr);
  EXPECT_EQ(table.find(AllocationId{77, 1}), nullptr);
}

TEST(AllocationTableTest, TheWholeFiveTupleCounts) {
  AllocationTable table = make_table(8);
  ASSERT_NE(table.insert(tuple(1)), nullptr);
  FiveTuple other_server = tuple(1);
  other_server.server.port = 3479;
  FiveTuple other_transport = tuple(1);
  other_transport.transport = Transport::tcp;
  EXPECT_EQ(table.find(other_server), nullptr);
  EXPECT_EQ(table.find(other_transport), nullptr);
}

TEST(AllocationTableTest, AfterAnySequenceEveryFiveTupleIsFoundAndNoOther) {
  constexpr std::uint16_t kTuples = 96;
  test::SeededRandom random(5);
  AllocationTable table = make_table(64);
  std::map<std::uint16_t, AllocationId> model;
  for (int i = 0; i < 50'000; ++i) {
    const auto port = static_cast<std::uint16_t>(random.below(kTuples));
    if (model.contains(port)) {
      table.erase(*table.find(tuple(port)));
      model.erase(port);
    } else if (Allocation* allocation = table.insert(tuple(port))) {
      model[port] = allocation->id;
    } else {
      ASSERT_EQ(model.size(), 64U);
    }
    ASSERT_EQ(table.size(), model.size());
    const auto probe = static_cast<std::uint16_t>(random.below(kTuples));
    const Allocation* found = table.find(tuple(probe));
    ASSERT_EQ(found != nullptr, model.contains(probe));
    if (found != nullptr) {
      ASSERT_EQ(found->id, model[probe]);
      ASSERT_EQ(table.find(model[probe]), found);
    }
  }
}

}  // namespace
}  // namespace turnpike::turn
