#include "turn/connection_table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "support/seeded_random.hpp"

namespace turnpike::turn {
namespace {

using State = PeerConnection::State;

constexpr Instant kStart{std::chrono::hours{1}};

/// Gives the bytes that a test wants.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> bytes) noexcept override {
    for (std::uint8_t& byte : bytes) byte = bytes_[next_++ % bytes_.size()];
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t next_ = 0;
};

class ConnectionTableTest : public ::testing::Test {
 protected:
  test::SeededRandom random_{1};
  ConnectionTable table_{100, 7};
};

TEST_F(ConnectionTableTest, WhatIsInsertedIsFoundUntilErased) {
  PeerConnection* connection = table_.insert(random_);
  ASSERT_NE(connection, nullptr);
  const ConnectionId id = connection->id;
  EXPECT_EQ(connection->state, State::connecting);
  EXPECT_EQ(table_.find(id), connection);
  EXPECT_EQ(&table_.at(connection->slot), connection);
  table_.erase(*connection);
  EXPECT_EQ(table_.find(id), nullptr);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(ConnectionTableTest, TheFirstByteNamesTheWorker) { EXPECT_EQ(table_.insert(random_)->id.worker(), 7); }

TEST_F(ConnectionTableTest, IdsDiffer) {
  std::set<std::uint32_t> ids;
  for (int i = 0; i < 100; ++i) ids.insert(table_.insert(random_)->id.value);
  EXPECT_EQ(ids.size(), 100U);
}

TEST_F(ConnectionTableTest, AnIdInUseIsNotGivenAgain) {
  ScriptedRandom random({0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2});
  EXPECT_EQ(table_.insert(random)->id.value, 0x07000001U);
  EXPECT_EQ(table_.insert(random)->id.value, 0x07000002U);
}

TEST_F(ConnectionTableTest, ZeroIsNoIdAlsoAtTheFirstWorker) {
  ConnectionTable table(10, 0);
  ScriptedRandom random({0, 0, 0, 0, 0, 0, 0, 9});
  EXPECT_EQ(table.insert(random)->id.value, 9U);
}

TEST_F(ConnectionTableTest, RandomnessThatNeverChangesEndsTheSearch) {
  ScriptedRandom random({5});
  ASSERT_NE(table_.insert(random), nullptr);
  EXPECT_EQ(table_.insert(random), nullptr);
  EXPECT_EQ(table_.size(), 1U);
}

TEST_F(ConnectionTableTest, AtTheBoundThereIsNone) {
  for (int i = 0; i < 100; ++i) ASSERT_NE(table_.insert(random_), nullptr);
  EXPECT_EQ(table_.insert(random_), nullptr);
  table_.erase(table_.at(50));
  EXPECT_NE(table_.insert(random_), nullptr);
}

TEST_F(ConnectionTableTest, ASlotIsReusedWithNothingOfItsPast) {
  PeerConnection& first = *table_.insert(random_);
  const ConnectionId old = first.id;
  first.state = State::bound;
  first.answer.emplace();
  table_.schedule(first, kStart);
  table_.erase(first);
  PeerConnection& second = *table_.insert(random_);
  EXPECT_EQ(&second, &first);
  EXPECT_NE(second.id, old);
  EXPECT_EQ(second.state, State::connecting);
  EXPECT_FALSE(second.answer);
  EXPECT_EQ(second.expires, kNever);
  EXPECT_EQ(table_.next_deadline(), std::nullopt);
}

TEST_F(ConnectionTableTest, TheEarliestDeadlineIsDueFirst) {
  PeerConnection& late = *table_.insert(random_);
  PeerConnection& early = *table_.insert(random_);
  table_.schedule(late, kStart + Seconds{2});
  table_.schedule(early, kStart + Seconds{1});
  EXPECT_EQ(table_.next_deadline(), kStart + Seconds{1});
  EXPECT_EQ(table_.due(kStart), nullptr);
  EXPECT_EQ(table_.due(kStart + Seconds{2}), &early);
  table_.cancel(early);
  EXPECT_EQ(table_.due(kStart + Seconds{2}), &late);
}

}  // namespace
}  // namespace turnpike::turn
