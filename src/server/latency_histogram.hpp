#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// How long something took, counted in fixed buckets from 50 us to 1 s. A plain value with one writer; others get
/// copies.
class LatencyHistogram {
 public:
  static constexpr std::array<std::int64_t, 14> kBoundsMicroseconds{
      50, 100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000};
  /// The last bucket has no upper bound.
  static constexpr std::size_t kBuckets = kBoundsMicroseconds.size() + 1;

  /// Less than zero counts as zero.
  void record(Duration latency) noexcept;

  /// Not cumulative: each value counts in the first bucket whose bound it does not exceed.
  [[nodiscard]] const std::array<std::uint64_t, kBuckets>& counts() const noexcept { return counts_; }
  [[nodiscard]] std::uint64_t total() const noexcept;
  [[nodiscard]] Duration sum() const noexcept { return sum_; }

  LatencyHistogram& operator+=(const LatencyHistogram& other) noexcept;

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  Duration sum_{};
};

}  // namespace turnpike::server
