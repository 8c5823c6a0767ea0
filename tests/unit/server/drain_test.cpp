#include "server/drain.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

Now at(int seconds) { return {Instant{} + Seconds{seconds}, UnixSeconds{} + Seconds{1'000'000 + seconds}}; }

TEST(Drain, RefusesAtOnceWithoutADelay) { EXPECT_TRUE(Drain(at(0), Seconds{0}, Seconds{60}).refuses(at(0))); }

TEST(Drain, RefusesAfterTheDelay) {
  const Drain drain(at(0), Seconds{5}, Seconds{60});
  EXPECT_FALSE(drain.refuses(at(4)));
  EXPECT_TRUE(drain.refuses(at(5)));
}

TEST(Drain, IsDueAtTheDeadline) {
  const Drain drain(at(10), Seconds{0}, Seconds{60});
  EXPECT_FALSE(drain.is_due(at(69)));
  EXPECT_TRUE(drain.is_due(at(70)));
}

TEST(Drain, WithoutADeadlineItIsNeverDue) {
  const Drain drain(at(0), Seconds{0}, std::nullopt);
  EXPECT_FALSE(drain.is_due(at(1'000'000)));
  EXPECT_EQ(drain.status().deadline, std::nullopt);
}

TEST(Drain, SaysWhenItBeganAndWhenItEnds) {
  const Drain drain(at(10), Seconds{0}, std::chrono::milliseconds{1500});
  EXPECT_EQ(drain.status().started, at(10).wall);
  EXPECT_EQ(drain.status().deadline, at(12).wall);
}

TEST(Drain, AnotherWordOfTheOperatorCounts) {
  Drain drain(at(0), Seconds{0}, Seconds{60});
  drain.set_wait(Seconds{600}, at(10));
  EXPECT_EQ(drain.status().deadline, at(610).wall);
  drain.set_wait(Seconds{5}, at(20));
  EXPECT_TRUE(drain.is_due(at(25)));
  drain.set_wait(std::nullopt, at(21));
  EXPECT_FALSE(drain.is_due(at(1000)));
}

TEST(Drain, AStopShortensALongerOne) {
  for (const Drain::Wait wait : {Drain::Wait{}, Drain::Wait{Seconds{3600}}}) {
    Drain drain(at(0), Seconds{0}, wait);
    EXPECT_TRUE(drain.stop(Seconds{5}, at(100)));
    EXPECT_EQ(drain.status().deadline, at(105).wall);
  }
}

TEST(Drain, AStopNeverMakesItLonger) {
  Drain drain(at(0), Seconds{0}, Seconds{10});
  EXPECT_TRUE(drain.stop(Seconds{60}, at(5)));
  EXPECT_EQ(drain.status().deadline, at(10).wall);
}

TEST(Drain, TheSecondStopIsToEndIt) {
  Drain drain(at(0), Seconds{0}, Seconds{10});
  EXPECT_TRUE(drain.stop(Seconds{60}, at(5)));
  EXPECT_FALSE(drain.stop(Seconds{60}, at(6)));
}

TEST(Drain, AfterAStopTheWaitOnlyBecomesShorter) {
  Drain drain(at(0), Seconds{0}, Seconds{10});
  ASSERT_TRUE(drain.stop(Seconds{60}, at(0)));
  drain.set_wait(Seconds{3600}, at(1));
  drain.set_wait(std::nullopt, at(1));
  EXPECT_EQ(drain.status().deadline, at(10).wall);
  drain.set_wait(Seconds{2}, at(1));
  EXPECT_EQ(drain.status().deadline, at(3).wall);
}

}  // namespace
}  // namespace turnpike::server
