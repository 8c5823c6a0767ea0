#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "turnpike/base/time.hpp"

namespace turnpike::probe {

/// Sockets that are waited for one condition at a time, by the caller's clock.
class EventLoop {
 public:
  explicit EventLoop(std::function<Instant()> clock) : clock_(std::move(clock)), work_(context_.get_executor()) {}

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] Instant now() const { return clock_(); }

  /// Handles what happens until `is_done` or `deadline`; whether it is done.
  bool run_until(Instant deadline, const std::function<bool()>& is_done) {
    while (!is_done()) {
      const Duration left = deadline - now();
      if (left <= Duration::zero()) return false;
      context_.run_one_for(left);
    }
    return true;
  }

 private:
  std::function<Instant()> clock_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
};

}  // namespace turnpike::probe
