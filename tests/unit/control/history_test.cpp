#include "control/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/virtual_clock.hpp"

namespace turnpike::control {
namespace {

using testing::ElementsAre;

class HistoryTest : public testing::Test {
 protected:
  void add_after(Seconds passed, const History::Sample& sample) {
    clock_.advance(passed);
    history_.add(sample, clock_.now());
  }
  [[nodiscard]] const auto& newest() const { return history_.rows().back().values; }

  test::VirtualClock clock_;
  History history_;
};

TEST_F(HistoryTest, StartsEmpty) { EXPECT_TRUE(history_.rows().empty()); }

TEST_F(HistoryTest, TheFirstRowHasNoRates) {
  history_.add({7, 1000, 2000, 30, 2, 5}, clock_.now());
  ASSERT_EQ(history_.rows().size(), 1U);
  EXPECT_EQ(history_.rows()[0].at, clock_.wall());
  EXPECT_THAT(newest(), ElementsAre(7, 0, 0, 0, 2, 5));
}

TEST_F(HistoryTest, BytesAndPacketsAreASecondTheOthersOfTheMoment) {
  history_.add({7, 1000, 2000, 30, 2, 5}, clock_.now());
  add_after(Seconds{10}, {8, 2000, 2100, 85, 1, 2});
  EXPECT_THAT(newest(), ElementsAre(8, 100, 10, 6, 1, 2));  // 5.5 packets a second
}

TEST_F(HistoryTest, AfterAPauseTheRateIsThatOfThePause) {
  history_.add({}, clock_.now());
  add_after(Seconds{10}, {1, 1000, 0, 0, 0, 0});
  add_after(Seconds{300}, {1, 31'000, 0, 0, 0, 0});
  EXPECT_THAT(newest(), ElementsAre(1, 100, 0, 0, 0, 0));
  EXPECT_EQ(history_.rows()[2].at - history_.rows()[1].at, Seconds{300});
}

TEST_F(HistoryTest, ACountThatGoesBackIsNoTraffic) {
  history_.add({1, 5000, 5000, 500, 0, 0}, clock_.now());
  add_after(Seconds{10}, {1, 100, 5000, 600, 0, 0});
  EXPECT_THAT(newest(), ElementsAre(1, 0, 0, 10, 0, 0));
  add_after(Seconds{10}, {1, 1100, 5000, 600, 0, 0});
  EXPECT_THAT(newest(), ElementsAre(1, 100, 0, 0, 0, 0));
}

TEST_F(HistoryTest, NoTimePassedIsNoRate) {
  history_.add({}, clock_.now());
  history_.add({1, 1'000'000, 1, 1, 0, 0}, clock_.now());
  EXPECT_THAT(newest(), ElementsAre(1, 0, 0, 0, 0, 0));
}

TEST_F(HistoryTest, KeepsAnHour) {
  for (std::uint64_t i = 0; i < 1000; ++i) add_after(History::kInterval, {i, 0, 0, 0, 0, 0});
  const auto& rows = history_.rows();
  ASSERT_EQ(rows.size(), History::kCapacity);
  EXPECT_EQ(rows.back().at - rows.front().at, Seconds{3600});
  EXPECT_EQ(rows.front().values[0], 639U);
  EXPECT_EQ(rows.back().values[0], 999U);
}

TEST_F(HistoryTest, AClockThatIsSetBackTakesTheFutureOut) {
  for (std::uint64_t i = 0; i < 5; ++i) add_after(Seconds{10}, {i, 0, 0, 0, 0, 0});
  const UnixSeconds second = history_.rows()[1].at;
  clock_.step_wall(Seconds{-35});
  add_after(Seconds{10}, {5, 1000, 0, 0, 0, 0});
  ASSERT_EQ(history_.rows().size(), 3U);
  EXPECT_EQ(history_.rows()[1].at, second);
  EXPECT_THAT(newest(), ElementsAre(5, 100, 0, 0, 0, 0));
}

TEST_F(HistoryTest, AClockThatIsSetForwardChangesNoRate) {
  history_.add({}, clock_.now());
  clock_.step_wall(Seconds{86'400});
  add_after(Seconds{10}, {1, 1000, 0, 0, 0, 0});
  EXPECT_THAT(newest(), ElementsAre(1, 100, 0, 0, 0, 0));
}

}  // namespace
}  // namespace turnpike::control
