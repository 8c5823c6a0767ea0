#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "turnpike/base/time.hpp"

namespace turnpike::rooms {

/// How fast one client may speak: a bucket kept as the time at which it is full again (GCRA), as TokenBucket of room
/// turn, but of messages, for one thread, with ten seconds' worth in it.
class MessageRate {
 public:
  /// Takes a message of `bytes` if there is room for it; each begun 4 KiB counts as one. `per_second` 0 counts as 1.
  [[nodiscard]] bool take(std::uint32_t per_second, std::size_t bytes, Instant now) noexcept {
    const Duration each = Duration{Seconds{1}} / std::max<std::uint32_t>(per_second, 1);
    const auto messages = static_cast<std::int64_t>(std::clamp<std::size_t>((bytes + kUnit - 1) / kUnit, 1, kMost));
    const Instant next = std::max(full_at_, now) + each * messages;
    // A message larger than the whole bucket passes when that is full, or at a low rate it never would.
    if (next - now > kBurst && full_at_ > now) return false;
    full_at_ = next;
    return true;
  }

 private:
  static constexpr std::size_t kUnit = 4096;
  static constexpr std::size_t kMost = 1'000'000;  // what any body is cut to, so that nothing overflows
  static constexpr Duration kBurst = Seconds{10};

  Instant full_at_{};
};

}  // namespace turnpike::rooms
