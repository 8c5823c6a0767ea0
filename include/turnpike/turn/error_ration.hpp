#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::turn {

/// Rations error responses per source address (IPv6: per /64), so that forged sources get no useful reflector and
/// guessing passwords stays slow. A table of fixed size that all workers share: each cell is one atomic word, nothing
/// is allocated or locked. When all cells of a bucket are busy with other sources, the newcomer takes the stalest one:
/// a flood from very many sources can only make the ration more generous for those it displaces, never cost memory.
class ErrorRation {
 public:
  /// `per_second` answers for each source; as many may come at once. 0 means no ration.
  ErrorRation(std::uint32_t per_second, const KeyedHash::Key& key);

  /// For answers from now on. Any thread.
  void set_rate(std::uint32_t per_second) noexcept;

  /// Whether one more error may be sent to `source`; counts it if so. Any thread.
  [[nodiscard]] bool admit(const IpAddress& source, Instant now) noexcept;

  /// Sources that get no error now. Looks at the whole table: for a scrape, not for a packet. Any thread.
  [[nodiscard]] std::uint32_t held_back(Instant now) const noexcept;

 private:
  static constexpr std::size_t kBuckets = 4096;
  static constexpr std::size_t kCellsPerBucket = 4;
  using Bucket = std::array<std::atomic<std::uint64_t>, kCellsPerBucket>;

  [[nodiscard]] Bucket& bucket_of(std::uint64_t hash) noexcept;

  KeyedHash hash_;
  std::atomic<std::uint64_t> cost_;  // ticks that one answer costs, 0 without ration
  std::unique_ptr<std::array<Bucket, kBuckets>> buckets_;
};

}  // namespace turnpike::turn
