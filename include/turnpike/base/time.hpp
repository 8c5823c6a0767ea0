#pragma once

#include <chrono>
#include <cstdint>

namespace turnpike {

/// Tag of the monotonic time line. It has no now(): only the shell can read the clock, the core is told (see Now).
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<MonotonicClock, duration>;
  static constexpr bool is_steady = true;
};

using Duration = MonotonicClock::duration;
using Instant = MonotonicClock::time_point;
using Seconds = std::chrono::seconds;

/// Wall-clock time, whole seconds since 1970-01-01 UTC. Used for the expiry of credentials and nothing else.
using UnixSeconds = std::chrono::sys_seconds;

/// Both clocks, sampled once per turn of a worker's loop.
struct Now {
  Instant mono{};
  UnixSeconds wall{};
};

/// Later than every instant that a deadline can have.
inline constexpr Instant kNever = Instant::max();

}  // namespace turnpike
