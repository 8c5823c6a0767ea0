#include "turnpike/net/port_pool.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <vector>

#include "support/seeded_random.hpp"

namespace turnpike::net {
namespace {

using test::SeededRandom;

/// Takes everything that is free, singly.
std::vector<std::uint16_t> take_all(PortPool& pool, Random& random) {
  std::vector<std::uint16_t> ports;
  while (const auto port = pool.take(random)) ports.push_back(*port);
  return ports;
}

TEST(PortPoolTest, EveryPortIsDealtOutOnceAndThenNone) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50099}, 0, 1);
  const std::vector<std::uint16_t> ports = take_all(pool, random);
  const std::set<std::uint16_t> distinct(ports.begin(), ports.end());
  EXPECT_EQ(ports.size(), 100U);
  EXPECT_EQ(distinct.size(), 100U);
  EXPECT_EQ(*distinct.begin(), 50000U);
  EXPECT_EQ(*distinct.rbegin(), 50099U);
  EXPECT_EQ(pool.take_even(random), std::nullopt);
  EXPECT_EQ(pool.take_pair(random), std::nullopt);
}

TEST(PortPoolTest, WorkersShareNoPortAndTogetherCoverTheRange) {
  SeededRandom random(20240521);
  for (const PortPool::Range range : {PortPool::Range{49152, 65535}, {49153, 65534}, {1, 1}, {1, 65535}, {10, 13}}) {
    for (const std::uint32_t workers : {1U, 2U, 3U, 7U, 64U}) {
      std::set<std::uint16_t> seen;
      for (std::uint32_t worker = 0; worker < workers; ++worker) {
        PortPool pool(range, worker, workers);
        EXPECT_EQ(pool.capacity(), pool.free_count());
        for (const std::uint16_t port : take_all(pool, random)) {
          EXPECT_EQ(PortPool::owner_of(port, workers), worker);
          EXPECT_TRUE(seen.insert(port).second) << port;
        }
      }
      EXPECT_EQ(seen.size(), std::size_t{range.last} - range.first + 1U);
    }
  }
}

TEST(PortPoolTest, APairIsAnEvenPortAndItsNeighbour) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50003}, 0, 1);
  const auto first = pool.take_pair(random);
  const auto second = pool.take_pair(random);
  ASSERT_TRUE(first && second);
  EXPECT_EQ((std::set{*first, *second}), (std::set<std::uint16_t>{50000, 50002}));
  EXPECT_EQ(pool.free_count(), 0U);
}

TEST(PortPoolTest, HalfAPairAtTheEndsOfTheRangeIsOnlyTakenSingly) {
  SeededRandom random(20240521);
  PortPool pool({50001, 50002}, 0, 1);
  EXPECT_EQ(pool.take_pair(random), std::nullopt);
  EXPECT_EQ(pool.take_even(random), 50002);
  EXPECT_EQ(pool.take_even(random), std::nullopt);
  EXPECT_EQ(pool.take(random), 50001);
}

TEST(PortPoolTest, APairIsWholeAgainOnlyWhenBothPortsAreBack) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50001}, 0, 1);
  ASSERT_EQ(pool.take_pair(random), 50000);
  pool.give_back(50001);
  EXPECT_EQ(pool.take_pair(random), std::nullopt);
  EXPECT_EQ(pool.take_even(random), std::nullopt);
  pool.give_back(50000);
  EXPECT_EQ(pool.take_pair(random), 50000);
}

TEST(PortPoolTest, AWorkerWithoutAShareDealsOutNothing) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50001}, 1, 2);
  EXPECT_EQ(pool.capacity(), 0U);
  EXPECT_EQ(pool.take(random), std::nullopt);
}

TEST(PortPoolTest, NoPortIsLostOrDoubledByAnySequenceOfOperations) {
  SeededRandom random(20240521);
  PortPool pool({50001, 50400}, 1, 3);
  std::set<std::uint16_t> taken;
  const auto note = [&](std::optional<std::uint16_t> port) {
    if (!port) return;
    EXPECT_TRUE(taken.insert(*port).second) << *port;
  };
  for (int step = 0; step < 100000; ++step) {
    switch (random.below(5)) {
      case 0: note(pool.take(random)); break;
      case 1: note(pool.take_even(random)); break;
      case 2:
        if (const auto port = pool.take_pair(random)) {
          EXPECT_EQ(*port % 2, 0);
          note(port);
          note(static_cast<std::uint16_t>(*port + 1));
        }
        break;
      default:
        if (taken.empty()) break;
        const auto victim = std::next(taken.begin(), static_cast<std::ptrdiff_t>(random.below(taken.size())));
        pool.give_back(*victim);
        taken.erase(victim);
    }
    ASSERT_EQ(pool.free_count() + taken.size(), pool.capacity());
  }
  for (const std::uint16_t port : taken) pool.give_back(port);
  EXPECT_EQ(pool.free_count(), pool.capacity());
  EXPECT_EQ(take_all(pool, random).size(), pool.capacity());
}

/// Chi-squared over `counts`; its mean is one less than their number.
double chi_squared(const std::vector<int>& counts, double expected) {
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(PortPoolTest, TakesAreUniformAlsoAfterMuchUse) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50099}, 0, 1);
  std::vector<int> counts(100);
  for (int i = 0; i < 100000; ++i) {
    const auto port = pool.take(random);
    ASSERT_TRUE(port);
    ++counts[*port - 50000U];
    pool.give_back(*port);
  }
  // 99 degrees of freedom: over 180 in fewer than one of a million.
  EXPECT_LT(chi_squared(counts, 1000), 180);
}

TEST(PortPoolTest, PairsAreUniform) {
  SeededRandom random(20240521);
  PortPool pool({50000, 50199}, 0, 1);
  std::vector<int> counts(100);
  for (int i = 0; i < 100000; ++i) {
    const auto port = pool.take_pair(random);
    ASSERT_TRUE(port);
    ++counts[(*port - 50000U) / 2];
    pool.give_back(*port);
    pool.give_back(static_cast<std::uint16_t>(*port + 1));
  }
  EXPECT_LT(chi_squared(counts, 1000), 180);
}

TEST(PortPoolDeathTest, GivingBackAPortThatIsFreeAborts) {
  PortPool pool({50000, 50099}, 0, 1);
  EXPECT_DEATH(pool.give_back(50000), "");
}

TEST(PortPoolDeathTest, GivingBackAnotherWorkersPortAborts) {
  PortPool pool({50000, 50099}, 0, 2);
  EXPECT_DEATH(pool.give_back(50002), "");
}

}  // namespace
}  // namespace turnpike::net
