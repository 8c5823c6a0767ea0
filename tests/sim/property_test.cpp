#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "support/random_walk.hpp"

namespace turnpike::test {
namespace {

std::ptrdiff_t ended_as(const RandomWalk& walk, turn::EndReason reason) {
  return std::ranges::count(walk.server().ended(), reason, &turn::AllocationEnded::reason);
}

class PropertyTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(PropertyTest, RandomOperationsLeaveNothingBehind) {
  // More than half of them are requests.
  constexpr int kSteps = 50'000;
  SeededRandom choices(GetParam());
  RandomWalk walk(choices);
  int step = 0;
  try {
    for (; step < kSteps; ++step) walk.step();
    walk.finish();
  } catch (const std::logic_error& violation) {
    FAIL() << violation.what() << " after step " << step << " with seed " << GetParam();
  }
  // The walk must have got somewhere, or it proves nothing.
  EXPECT_GT(walk.successes(), 500U);
  EXPECT_GT(walk.forwarded(), 20U);
  EXPECT_GT(walk.delivered(), 20U);
  EXPECT_GT(walk.connected(), 30U);
  EXPECT_GT(walk.bound(), 5U);
  EXPECT_GT(walk.server().started().size(), 100U);
  EXPECT_GT(ended_as(walk, turn::EndReason::revoked), 0);
  EXPECT_GT(ended_as(walk, turn::EndReason::killed), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PropertyTest, ::testing::Range(std::uint64_t{1}, std::uint64_t{9}));

}  // namespace
}  // namespace turnpike::test
