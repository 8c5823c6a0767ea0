#include "server/latency_histogram.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(LatencyHistogramTest, ALatencyCountsInTheFirstBucketThatHoldsIt) {
  LatencyHistogram histogram;
  histogram.record(microseconds{50});
  histogram.record(microseconds{51});
  histogram.record(milliseconds{1000});
  EXPECT_EQ(histogram.counts()[0], 1U);
  EXPECT_EQ(histogram.counts()[1], 1U);
  EXPECT_EQ(histogram.counts()[LatencyHistogram::kBuckets - 2], 1U);
  EXPECT_EQ(histogram.total(), 3U);
}

TEST(LatencyHistogramTest, WhatIsSlowerThanAllBoundsCountsInTheLastBucket) {
  LatencyHistogram histogram;
  histogram.record(milliseconds{1001});
  EXPECT_EQ(histogram.counts().back(), 1U);
}

TEST(LatencyHistogramTest, AClockThatWentBackCountsAsNoTime) {
  LatencyHistogram histogram;
  histogram.record(milliseconds{-5});
  EXPECT_EQ(histogram.counts().front(), 1U);
  EXPECT_EQ(histogram.sum(), Duration::zero());
}

TEST(LatencyHistogramTest, HistogramsAddUp) {
  LatencyHistogram one;
  LatencyHistogram other;
  one.record(milliseconds{1});
  other.record(milliseconds{2});
  one += other;
  EXPECT_EQ(one.total(), 2U);
  EXPECT_EQ(one.sum(), milliseconds{3});
}

TEST(LatencyHistogramTest, BoundsRise) {
  for (std::size_t i = 1; i < LatencyHistogram::kBoundsMicroseconds.size(); ++i) {
    EXPECT_LT(LatencyHistogram::kBoundsMicroseconds.at(i - 1), LatencyHistogram::kBoundsMicroseconds.at(i));
  }
}

}  // namespace
}  // namespace turnpike::server
