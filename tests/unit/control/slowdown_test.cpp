#include <gtest/gtest.h>

#include "control/source_slowdown.hpp"
#include "support/virtual_clock.hpp"

namespace turnpike::control {
namespace {

class SlowdownTest : public ::testing::Test {
 protected:
  void count_wrong(const IpAddress& source, int count) {
    for (int i = 0; i < count; ++i) slowdown_.count(source, clock_.mono());
  }
  [[nodiscard]] std::optional<Seconds> wait_of(const IpAddress& source) const {
    return slowdown_.wait_of(source, clock_.mono());
  }

  const IpAddress source_ = IpAddress::v4(192, 0, 2, 1);
  test::VirtualClock clock_;
  SourceSlowdown slowdown_{KeyedHash::Key{1, 2}};
};

TEST_F(SlowdownTest, NineWrongKeysKeepNobodyOut) {
  count_wrong(source_, 9);
  EXPECT_FALSE(wait_of(source_));
  EXPECT_EQ(slowdown_.waiting(clock_.mono()), 0U);
}

TEST_F(SlowdownTest, AfterTheTenthOneWaitsSixSeconds) {
  count_wrong(source_, 10);
  EXPECT_EQ(wait_of(source_), Seconds{6});
  EXPECT_EQ(slowdown_.waiting(clock_.mono()), 1U);
  clock_.advance(std::chrono::milliseconds{5900});
  EXPECT_EQ(wait_of(source_), Seconds{1});
  clock_.advance(std::chrono::milliseconds{100});
  EXPECT_FALSE(wait_of(source_));
}

TEST_F(SlowdownTest, ThenOneEachSixSecondsIsFree) {
  count_wrong(source_, 10);
  for (int i = 0; i < 5; ++i) {
    clock_.advance(Seconds{6});
    ASSERT_FALSE(wait_of(source_));
    count_wrong(source_, 1);
    ASSERT_EQ(wait_of(source_), Seconds{6});
  }
}

TEST_F(SlowdownTest, TheDebtDoesNotGrowBeyondThat) {
  count_wrong(source_, 1000);
  EXPECT_EQ(wait_of(source_), Seconds{6});
}

TEST_F(SlowdownTest, AMinuteOfSilencePaysItAllOff) {
  count_wrong(source_, 10);
  clock_.advance(Seconds{60});
  count_wrong(source_, 9);
  EXPECT_FALSE(wait_of(source_));
}

TEST_F(SlowdownTest, OthersAreNotSlowed) {
  count_wrong(source_, 10);
  EXPECT_FALSE(wait_of(IpAddress::v4(192, 0, 2, 2)));
}

TEST_F(SlowdownTest, AFloodFromManySourcesSlowsNobodyElse) {
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    count_wrong(IpAddress::v4(10, static_cast<std::uint8_t>(i >> 16U), static_cast<std::uint8_t>(i >> 8U),
                              static_cast<std::uint8_t>(i)),
                10);
  }
  for (std::uint8_t last = 1; last < 255; ++last) EXPECT_FALSE(wait_of(IpAddress::v4(198, 51, 100, last)));
}

TEST_F(SlowdownTest, AnIpv6SourceIsASlash64) {
  count_wrong(*IpAddress::parse("2001:db8:1:2::1"), 10);
  EXPECT_TRUE(wait_of(*IpAddress::parse("2001:db8:1:2:ffff::2")));
  EXPECT_FALSE(wait_of(*IpAddress::parse("2001:db8:1:3::1")));
}

TEST_F(SlowdownTest, AMappedAddressIsTheIpv4Source) {
  count_wrong(source_, 10);
  EXPECT_TRUE(wait_of(*IpAddress::parse("::ffff:192.0.2.1")));
}

}  // namespace
}  // namespace turnpike::control
