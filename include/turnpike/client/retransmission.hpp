#pragma once

#include "turnpike/base/time.hpp"

namespace turnpike::client {

/// RFC 8489 section 6.2.1, and 6.2.2 for streams.
struct RetransmissionTimers {
  Duration rto = std::chrono::milliseconds{500};
  unsigned rc = 7;                                 ///< transmissions of one request, at least 1
  unsigned rm = 16;                                ///< the last wait, in units of rto
  Duration ti = std::chrono::milliseconds{39500};  ///< the only wait over a stream
};

/// When one request goes out again, and when it has failed.
class Retransmission {
 public:
  Retransmission(const RetransmissionTimers& timers, bool reliable, Instant start) noexcept
      : rto_(timers.rto),
        final_wait_(reliable ? timers.ti : timers.rto * timers.rm),
        next_(start),
        left_(reliable ? 1 : timers.rc) {}

  [[nodiscard]] bool is_due(Instant now) const noexcept { return left_ > 0 && now >= next_; }
  [[nodiscard]] bool is_over(Instant now) const noexcept { return left_ == 0 && now >= next_; }
  [[nodiscard]] Instant deadline() const noexcept { return next_; }
  /// A round trip may be measured only after exactly one (Karn's algorithm).
  [[nodiscard]] unsigned transmissions() const noexcept { return sent_; }

  void on_transmitted(Instant now) noexcept {
    --left_;
    next_ = now + (left_ == 0 ? final_wait_ : rto_ * (std::int64_t{1} << sent_));
    ++sent_;
  }

 private:
  Duration rto_;
  Duration final_wait_;
  Instant next_;
  unsigned left_;
  unsigned sent_ = 0;
};

}  // namespace turnpike::client
