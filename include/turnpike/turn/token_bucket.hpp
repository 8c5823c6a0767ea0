#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "turnpike/base/time.hpp"

namespace turnpike::turn {

/// Bytes per second; 0 means no limit.
struct ByteRate {
  std::uint64_t bytes_per_second = 0;
  [[nodiscard]] bool is_limited() const noexcept { return bytes_per_second != 0; }
  friend constexpr bool operator==(const ByteRate&, const ByteRate&) noexcept = default;
};

/// A token bucket kept as the time at which it will be full again (GCRA): one word, so that the workers that carry one
/// user's allocations can share it without a lock. A second's worth may burst.
class TokenBucket {
 public:
  TokenBucket() = default;

  /// Takes `bytes` if they are there. Any thread.
  [[nodiscard]] bool take(ByteRate rate, std::size_t bytes, Instant now) noexcept {
    if (!rate.is_limited()) return true;
    const std::int64_t cost = cost_of(rate, bytes);
    const std::int64_t present = now.time_since_epoch().count();
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t next = std::max(full_at, present) + cost;
      // A single datagram larger than the whole burst passes when the bucket is full, or a low rate would never let it.
      if (next - present > kBurst && full_at > present) return false;
      if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return true;
    }
  }

  /// Takes `bytes` whether they are there or not, for a stream, of which nothing may be dropped. Gives how long to wait
  /// until no more than a burst is owed, 0 when that is so now. Any thread.
  Duration charge(ByteRate rate, std::size_t bytes, Instant now) noexcept {
    if (!rate.is_limited()) return Duration{0};
    const std::int64_t cost = std::min(cost_of(rate, bytes), kMostOwed);
    const std::int64_t present = now.time_since_epoch().count();
    std::int64_t full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      // Bounded, so that no reader who goes on regardless can make it overflow.
      const std::int64_t next = std::min(std::max(full_at, present) + cost, std::max(full_at, present + kMostOwed));
      if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) {
        return Duration{std::max<std::int64_t>(next - present - kBurst, 0)};
      }
    }
  }

  /// Full again.
  void reset() noexcept { full_at_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t kBurst = 1'000'000'000;  // nanoseconds of the rate
  static constexpr std::int64_t kMostOwed = 3600 * kBurst;

  static std::int64_t cost_of(ByteRate rate, std::size_t bytes) noexcept {
    // A datagram's 65,535 * 10^9 fits into 64 bits with room to spare; so does a stream's read of gigabytes.
    return static_cast<std::int64_t>(bytes * std::uint64_t{1'000'000'000} / rate.bytes_per_second);
  }

  std::atomic<std::int64_t> full_at_{0};
};

}  // namespace turnpike::turn
