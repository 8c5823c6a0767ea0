#pragma once

#include <array>
#include <cstddef>

#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::turn {

/// Remembers the requests of allocations that were deleted for as long as they may be retransmitted (40 s, RFC 8489
/// section 6.3.1): the Refresh, so that its retransmission is told the same as the first, success and not 437; and the
/// Allocate, so that a late duplicate of it does not make a second allocation. Only authenticated requests get in; when
/// the ring is full the oldest is forgotten, and 437 for the Refresh is what RFC 8656 section 8.2 allows then.
class RecentDeletions {
 public:
  void add(const FiveTuple& five_tuple, const stun::TransactionId& transaction_id, Instant now) noexcept {
    ring_[next_] = {five_tuple, transaction_id, now + kRetention};
    next_ = (next_ + 1) % ring_.size();
  }
  [[nodiscard]] bool contains(const FiveTuple& five_tuple, const stun::TransactionId& transaction_id,
                              Instant now) const noexcept {
    for (const Entry& entry : ring_) {
      if (entry.transaction_id == transaction_id && entry.expires > now && entry.five_tuple == five_tuple) return true;
    }
    return false;
  }

 private:
  static constexpr Seconds kRetention{40};
  static constexpr std::size_t kSize = 256;
  struct Entry {
    FiveTuple five_tuple;
    stun::TransactionId transaction_id{};
    Instant expires{};
  };

  std::array<Entry, kSize> ring_{};
  std::size_t next_ = 0;
};

}  // namespace turnpike::turn
