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

}  // namespace
}  // namespace turnpike::turn
