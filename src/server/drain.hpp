#pragma once

#include <optional>

#include "turnpike/base/time.hpp"
#include "turnpike/control/backend.hpp"

namespace turnpike::server {

/// One orderly stop: when it refuses new allocations, and until when it waits for the others. Knows no allocations and
/// reads no clock.
class Drain {
 public:
  /// How long to wait for live allocations; nothing: as long as they last.
  using Wait = std::optional<Duration>;

  /// `delay`: how long new allocations are still taken.
  Drain(Now now, Duration delay, Wait wait);

  /// By the operator's word: counts from now on. After stop() it only makes the wait shorter.
  void set_wait(Wait wait, Now now);
  /// By a signal that ends the process: waits from now on, and no longer than was meant before. False: that has been
  /// said before, and now it is to end at once.
  [[nodiscard]] bool stop(Duration wait, Now now);

  [[nodiscard]] bool refuses(Now now) const noexcept { return now.mono >= refuses_from_; }
  [[nodiscard]] bool is_due(Now now) const noexcept { return deadline_ && now.mono >= *deadline_; }
  /// Without the allocations.
  [[nodiscard]] control::DrainStatus status() const;

 private:
  void set_deadline(Duration wait, Now now);

  UnixSeconds started_;
  Instant refuses_from_;
  std::optional<Instant> deadline_;
  std::optional<UnixSeconds> deadline_wall_;  // for showing: the clock may be set meanwhile
  bool is_stop_ = false;
};

}  // namespace turnpike::server
