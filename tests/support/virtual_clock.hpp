#pragma once

#include "turnpike/base/time.hpp"

namespace turnpike::test {

/// Time that moves only when told. Both clocks move together unless the wall clock is stepped.
class VirtualClock {
 public:
  [[nodiscard]] Now now() const noexcept { return {mono_, std::chrono::floor<Seconds>(wall_)}; }
  [[nodiscard]] Instant mono() const noexcept { return mono_; }
  [[nodiscard]] UnixSeconds wall() const noexcept { return now().wall; }

  void advance(Duration by) noexcept {
    mono_ += by;
    wall_ += by;
  }
  void advance_to(Instant instant) noexcept {
    if (instant > mono_) advance(instant - mono_);
  }
  void step_wall(Seconds by) noexcept { wall_ += by; }

 private:
  Instant mono_{std::chrono::hours{24}};
  std::chrono::sys_time<Duration> wall_{std::chrono::seconds{1'767'225'600}};  // 2026-01-01
};

}  // namespace turnpike::test
