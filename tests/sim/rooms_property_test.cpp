#include <gtest/gtest.h>

#include <stdexcept>

#include "support/room_walk.hpp"

namespace turnpike::test {
namespace {

constexpr int kSteps = 20'000;

/// Fails with the step at which something did not hold.
void walk_through(RoomWalk& walk, std::uint64_t seed) {
  int step = 0;
  try {
    for (; step < kSteps; ++step) walk.step();
    walk.finish();
  } catch (const std::logic_error& violation) {
    FAIL() << violation.what() << " after step " << step << " with seed " << seed;
  }
}

class RoomsPropertyTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RoomsPropertyTest, WithinTightBoundsNothingIsLostDoubledReorderedOrLeftBehind) {
  SeededRandom choices(GetParam());
  RoomWalk walk(choices, RoomWalk::Bounds::tight);
  walk_through(walk, GetParam());
  // The walk must have got somewhere, or it proves nothing.
  EXPECT_GT(walk.core().counters().joins, 500U);
  EXPECT_GT(walk.core().counters().deliveries, 2000U);
  EXPECT_GT(walk.witness().resumes(), 100U);
  EXPECT_GT(walk.witness().overflows(), 0U);
}

TEST_P(RoomsPropertyTest, WithWideBoundsAPlaceThatIsThereCanAlwaysBeTakenBack) {
  SeededRandom choices(GetParam());
  RoomWalk walk(choices, RoomWalk::Bounds::wide);
  walk_through(walk, GetParam());
  EXPECT_GT(walk.witness().resumes(), 100U);
  EXPECT_GT(walk.witness().heard_late(), 50U);
  EXPECT_GT(walk.witness().heard_again(), 50U);
  EXPECT_GT(walk.witness().undelivered(), 5U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoomsPropertyTest, ::testing::Range(std::uint64_t{1}, std::uint64_t{9}));

}  // namespace
}  // namespace turnpike::test
