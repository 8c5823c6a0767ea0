#pragma once

#include "turn/allocation.hpp"
#include "turn/core_state.hpp"

namespace turnpike::turn {

/// A second's worth may burst, and is more than the connection test sends at once.
inline constexpr ByteRate kTrialRate{128U << 10U};

/// How fast an allocation may relay each way. One on trial (see kTrialUser) no faster than a test needs, so that nobody
/// takes it for calls.
[[nodiscard]] inline ByteRate allocation_rate(const CoreConfig& config, const Allocation& allocation) noexcept {
  const ByteRate own = config.allocation_rate;
  if (!allocation.is_trial) return own;
  return own.is_limited() && own.bytes_per_second < kTrialRate.bytes_per_second ? own : kTrialRate;
}

}  // namespace turnpike::turn
