#include "turnpike/turn/error_ration.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"

namespace turnpike::turn {
namespace {

using std::chrono::milliseconds;
using test::address;

constexpr KeyedHash::Key kKey{1, 2};
constexpr Instant kStart{std::chrono::hours{24}};

int admitted(ErrorRation& ration, const IpAddress& source, Instant at, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += ration.admit(source, at) ? 1 : 0;
  return count;
}

TEST(ErrorRationTest, ASourceGetsItsShareAtOnceAndNoMoreInThatSecond) {
  ErrorRation ration(10, kKey);
  EXPECT_EQ(admitted(ration, address("9.0.0.1"), kStart, 100), 10);
  EXPECT_EQ(admitted(ration, address("9.0.0.1"), kStart + milliseconds{50}, 100), 0);
}

TEST(ErrorRationTest, TheShareComesBackWithTime) {
  ErrorRation ration(10, kKey);
  ASSERT_EQ(admitted(ration, address("9.0.0.1"), kStart, 100), 10);
  EXPECT_EQ(admitted(ration, address("9.0.0.1"), kStart + milliseconds{1100}, 100), 10);
}

TEST(ErrorRationTest, AFloodOfAMinuteGetsTheRateAndNoMore) {
  ErrorRation ration(10, kKey);
  int count = 0;
  for (int i = 0; i < 60'000; ++i) count += ration.admit(address("9.0.0.1"), kStart + milliseconds{i}) ? 1 : 0;
  EXPECT_GE(count, 590);
  EXPECT_LE(count, 620);
}

TEST(ErrorRationTest, SourcesDoNotShareTheirRation) {
  ErrorRation ration(10, kKey);
  ASSERT_EQ(admitted(ration, address("9.0.0.1"), kStart, 100), 10);
  EXPECT_EQ(admitted(ration, address("9.0.0.2"), kStart, 100), 10);
}

TEST(ErrorRationTest, AnIPv6SubnetSharesOne) {
  ErrorRation ration(10, kKey);
  ASSERT_EQ(admitted(ration, address("2a00:1:2:3::1"), kStart, 100), 10);
  EXPECT_EQ(admitted(ration, address("2a00:1:2:3:8000::77"), kStart, 100), 0);
  EXPECT_EQ(admitted(ration, address("2a00:1:2:4::1"), kStart, 100), 10);
}

TEST(ErrorRationTest, ZeroMeansNoRation) {
  ErrorRation ration(0, kKey);
  EXPECT_EQ(admitted(ration, address("9.0.0.1"), kStart, 1000), 1000);
}

TEST(ErrorRationTest, ManySourcesNeverGetLessThanTheirShare) {
  ErrorRation ration(10, kKey);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const auto source = IpAddress::v4(9, static_cast<std::uint8_t>(i >> 16U), static_cast<std::uint8_t>(i >> 8U),
                                      static_cast<std::uint8_t>(i));
    ASSERT_TRUE(ration.admit(source, kStart)) << source.to_string();
  }
}

TEST(ErrorRationTest, AnotherRateHoldsFromTheNextAnswerOn) {
  ErrorRation ration(10, kKey);
  ASSERT_EQ(admitted(ration, address("9.0.0.1"), kStart, 100), 10);
  ration.set_rate(20);
  EXPECT_EQ(admitted(ration, address("9.0.0.2"), kStart, 100), 20);
  ration.set_rate(0);
  EXPECT_EQ(admitted(ration, address("9.0.0.1"), kStart, 100), 100);
}

TEST(ErrorRationTest, SourcesThatHaveHadTheirShareAreHeldBackUntilItReturns) {
  ErrorRation ration(10, kKey);
  EXPECT_EQ(ration.held_back(kStart), 0U);
  admitted(ration, address("9.0.0.1"), kStart, 10);
  admitted(ration, address("9.0.0.2"), kStart, 100);
  admitted(ration, address("9.0.0.3"), kStart, 1);
  EXPECT_EQ(ration.held_back(kStart), 2U);
  EXPECT_EQ(ration.held_back(kStart + milliseconds{1100}), 0U);
}

}  // namespace
}  // namespace turnpike::turn
