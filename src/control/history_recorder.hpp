#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "control/history.hpp"
#include "control/routes.hpp"
#include "control/signaling.hpp"

namespace turnpike::control {

/// Keeps the history of a running server: the timer, and asking the server. Lives on the control loop.
class HistoryRecorder {
 public:
  /// The first row is of when the loop comes to it, then one each History::kInterval. `context` and `signaling` outlive
  /// this.
  HistoryRecorder(boost::asio::io_context& loop, RouteContext& context, const Signaling& signaling);
  HistoryRecorder(const HistoryRecorder&) = delete;
  HistoryRecorder& operator=(const HistoryRecorder&) = delete;
  ~HistoryRecorder();

  /// A row now. Nothing while the server has not answered for the one before.
  void record();
  void stop();
  [[nodiscard]] const History& history() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;  // the server may answer when this is gone
};

/// GET /api/v1/history.
void add_history_routes(Router& router, RouteContext& context, const HistoryRecorder& recorder);

}  // namespace turnpike::control
