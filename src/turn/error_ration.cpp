#include "turnpike/turn/error_ration.hpp"

#include <algorithm>

#include "turnpike/base/bytes.hpp"

namespace turnpike::turn {
namespace {

// A cell: the upper 32 bits name the source, the lower 32 are the time, in ticks, at which its bucket is full again.
// A tick is 2^-10 s: the time wraps after 48 days, differences are taken modulo 2^32.
constexpr std::uint64_t kTicksPerSecond = 1024;

std::uint32_t ticks_of(Instant now) noexcept {
  const auto nanoseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::uint64_t seconds = nanoseconds / kNanosecondsPerSecond;
  const std::uint64_t fraction = nanoseconds % kNanosecondsPerSecond;
  return static_cast<std::uint32_t>(seconds * kTicksPerSecond + fraction * kTicksPerSecond / kNanosecondsPerSecond);
}

// How much of its second a source has used up at `now`; 0 for a cell that is idle or from long ago.
std::uint32_t debt_of(std::uint64_t cell, std::uint32_t now) noexcept {
  const std::uint32_t ahead = static_cast<std::uint32_t>(cell) - now;
  return ahead <= 2 * kTicksPerSecond ? ahead : 0;
}

std::uint64_t cost_of(std::uint32_t per_second) noexcept {
  return per_second == 0 ? 0 : std::max<std::uint64_t>(1, kTicksPerSecond / per_second);
}

std::uint64_t make_cell(std::uint32_t tag, std::uint32_t full_at) noexcept {
  return (static_cast<std::uint64_t>(tag) << 32U) | full_at;
}

}  // namespace

ErrorRation::ErrorRation(std::uint32_t per_second, const KeyedHash::Key& key)
    : hash_(key), cost_(cost_of(per_second)), buckets_(std::make_unique<std::array<Bucket, kBuckets>>()) {}

void ErrorRation::set_rate(std::uint32_t per_second) noexcept {
  cost_.store(cost_of(per_second), std::memory_order_relaxed);
}

ErrorRation::Bucket& ErrorRation::bucket_of(std::uint64_t hash) noexcept {
  return (*buckets_)[static_cast<std::size_t>(hash) % kBuckets];
}

bool ErrorRation::admit(const IpAddress& source, Instant now) noexcept {
  const std::uint64_t cost = cost_.load(std::memory_order_relaxed);
  if (cost == 0) return true;
  constexpr std::size_t kSubnetBytes = 8;  // an IPv6 source commands at least its /64
  const std::uint64_t hash = hash_(source.is_v6() ? source.bytes().first(kSubnetBytes) : source.bytes());
  const auto tag = static_cast<std::uint32_t>(hash >> 32U) | 1U;  // never the tag of an empty cell
  const std::uint32_t present = ticks_of(now);
  Bucket& bucket = bucket_of(hash);

  std::atomic<std::uint64_t>* cell = &bucket.front();
  for (auto& candidate : bucket) {
    const std::uint64_t value = candidate.load(std::memory_order_relaxed);
    if (static_cast<std::uint32_t>(value >> 32U) == tag) {
      cell = &candidate;
      break;
    }
    if (debt_of(value, present) < debt_of(cell->load(std::memory_order_relaxed), present)) cell = &candidate;
  }
  std::uint64_t value = cell->load(std::memory_order_relaxed);
  for (int attempt = 0; attempt < 8; ++attempt) {
    const bool own = static_cast<std::uint32_t>(value >> 32U) == tag;
    const std::uint32_t debt = own ? debt_of(value, present) : 0;
    if (debt + cost > kTicksPerSecond) return false;
    const std::uint64_t next = make_cell(tag, present + debt + static_cast<std::uint32_t>(cost));
    if (cell->compare_exchange_weak(value, next, std::memory_order_relaxed)) return true;
  }
  return false;  // so much contention on one cell is a flood by itself
}

std::uint32_t ErrorRation::held_back(Instant now) const noexcept {
  const std::uint64_t cost = cost_.load(std::memory_order_relaxed);
  const std::uint32_t present = ticks_of(now);
  std::uint32_t sources = 0;
  for (const Bucket& bucket : *buckets_) {
    for (const auto& cell : bucket) {
      const std::uint64_t value = cell.load(std::memory_order_relaxed);
      if (value != 0 && debt_of(value, present) + cost > kTicksPerSecond) ++sources;
    }
  }
  return cost == 0 ? 0 : sources;
}

}  // namespace turnpike::turn
