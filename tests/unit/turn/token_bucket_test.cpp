#include "turnpike/turn/token_bucket.hpp"

#include <gtest/gtest.h>

namespace turnpike::turn {
namespace {

constexpr ByteRate kRate{1000};
constexpr Instant kStart{std::chrono::hours{1}};

TEST(TokenBucketTest, ASecondsWorthMayBurst) {
  TokenBucket bucket;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(bucket.take(kRate, 100, kStart)) << i;
  EXPECT_FALSE(bucket.take(kRate, 100, kStart));
}

TEST(TokenBucketTest, ItFillsAtTheRate) {
  TokenBucket bucket;
  ASSERT_TRUE(bucket.take(kRate, 1000, kStart));
  EXPECT_FALSE(bucket.take(kRate, 100, kStart + std::chrono::milliseconds{99}));
  EXPECT_TRUE(bucket.take(kRate, 100, kStart + std::chrono::milliseconds{100}));
}

TEST(TokenBucketTest, ADatagramLargerThanTheBurstPassesOnlyWhenFull) {
  TokenBucket bucket;
  EXPECT_TRUE(bucket.take(kRate, 1500, kStart));
  EXPECT_FALSE(bucket.take(kRate, 1500, kStart + std::chrono::milliseconds{1400}));
  EXPECT_TRUE(bucket.take(kRate, 1500, kStart + std::chrono::milliseconds{1500}));
}

TEST(TokenBucketTest, NoRateMeansNoLimit) {
  TokenBucket bucket;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(bucket.take(ByteRate{}, 65'535, kStart));
}

TEST(TokenBucketTest, AChargeAlwaysTakesAndTellsHowLongToWait) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.charge(kRate, 1000, kStart), Duration{0});
  EXPECT_EQ(bucket.charge(kRate, 1, kStart), std::chrono::milliseconds{1});
  EXPECT_EQ(bucket.charge(kRate, 2999, kStart), Seconds{3});
  EXPECT_EQ(bucket.charge(kRate, 0, kStart + Seconds{3}), Duration{0});
  EXPECT_EQ(bucket.charge(kRate, 100, kStart + Seconds{3}), std::chrono::milliseconds{100});
}

TEST(TokenBucketTest, WhatIsOwedKeepsOthersFromTaking) {
  TokenBucket bucket;
  static_cast<void>(bucket.charge(kRate, 2000, kStart));
  EXPECT_FALSE(bucket.take(kRate, 100, kStart + std::chrono::milliseconds{1099}));
  EXPECT_TRUE(bucket.take(kRate, 100, kStart + std::chrono::milliseconds{1100}));
}

TEST(TokenBucketTest, ChargesWithoutEndOweAnHourAtTheMost) {
  TokenBucket bucket;
  Duration wait{};
  for (int i = 0; i < 100'000; ++i) wait = bucket.charge(ByteRate{1}, 1'000'000'000, kStart);
  EXPECT_EQ(wait, Seconds{3599});
}

TEST(TokenBucketTest, NoRateMeansNoWait) {
  TokenBucket bucket;
  EXPECT_EQ(bucket.charge(ByteRate{}, 1'000'000'000, kStart), Duration{0});
}

}  // namespace
}  // namespace turnpike::turn
