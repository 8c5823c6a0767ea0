#include "server/drain.hpp"

#include <chrono>

namespace turnpike::server {

Drain::Drain(Now now, Duration delay, Wait wait) : started_(now.wall), refuses_from_(now.mono + delay) {
  if (wait) set_deadline(*wait, now);
}

void Drain::set_wait(Wait wait, Now now) {
  const bool is_later = !wait || (deadline_ && now.mono + *wait > *deadline_);
  if (is_stop_ && is_later) return;
  if (wait) return set_deadline(*wait, now);
  deadline_.reset();
  deadline_wall_.reset();
}

bool Drain::stop(Duration wait, Now now) {
  if (is_stop_) return false;
  is_stop_ = true;
  if (!deadline_ || now.mono + wait < *deadline_) set_deadline(wait, now);
  return true;
}

control::DrainStatus Drain::status() const {
  control::DrainStatus status;
  status.started = started_;
  status.deadline = deadline_wall_;
  return status;
}

void Drain::set_deadline(Duration wait, Now now) {
  deadline_ = now.mono + wait;
  deadline_wall_ = now.wall + std::chrono::ceil<Seconds>(wait);
}

}  // namespace turnpike::server
