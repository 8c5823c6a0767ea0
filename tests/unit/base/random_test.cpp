#include "turnpike/base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "support/seeded_random.hpp"
#include "turnpike/base/system_random.hpp"

namespace turnpike {
namespace {

TEST(SystemRandom, NeverRepeatsItself) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random.next_u64()).second);
}

TEST(SystemRandom, FillsNothingMoreThanASecretNeedsAndAlsoMuchMore) {
  SystemRandom random;
  random.fill({});
  std::vector<std::uint8_t> large((std::size_t{1} << 20U) + 64);
  random.fill(large);
  EXPECT_NE(std::count(large.end() - 64, large.end(), 0), 64);
}

TEST(SeededRandom, OneSeedIsOneSequence) {
  test::SeededRandom a{7};
  test::SeededRandom b{7};
  test::SeededRandom c{8};
  const auto bytes = a.bytes(100);
  EXPECT_EQ(bytes, b.bytes(100));
  EXPECT_NE(bytes, c.bytes(100));
}

TEST(Random, BelowStaysBelow) {
  test::SeededRandom random{9};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = random.below(10);
    EXPECT_LT(value, 10U);
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 10U);
}

}  // namespace
}  // namespace turnpike
