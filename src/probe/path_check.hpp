#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probe/dialogue.hpp"
#include "probe/step_recorder.hpp"
#include "turnpike/probe/server_check.hpp"

namespace turnpike::probe {

/// One URI over one transport, from connecting to giving the allocation back.
class PathCheck {
 public:
  PathCheck(EventLoop& loop, const ServerUri& uri, const CheckOptions& options, const CheckWorld& world,
            PathReport& report);

  void run(const std::vector<IpAddress>& addresses);

 private:
  [[nodiscard]] bool is_stream() const noexcept { return probe::is_stream(report_.transport); }
  [[nodiscard]] std::unique_ptr<Dialogue> speak(std::shared_ptr<Wire> wire);
  [[nodiscard]] net::TlsClientOptions tls_options() const;

  // Each false when there is no going on; then a step says why.
  bool reach(const std::vector<IpAddress>& addresses);
  bool reach_one(const Endpoint& server, bool is_last);
  bool shake_hands();
  bool judge_certificate();
  bool bind(bool is_last);
  bool allocate();
  bool follow(const client::Outcome& outcome);
  void judge_challenge(const client::Outcome& outcome);
  bool judge_allocation(const client::Outcome& outcome);
  void look_at_relayed_address();
  void relay();
  void release();
  /// A second allocation over a connection of its own; null when the server gives none, and then a step says why.
  std::unique_ptr<Dialogue> allocate_second();
  [[nodiscard]] bool does_udp_pass();

  void learn();
  [[nodiscard]] Reason why_silent();

  EventLoop& loop_;
  const ServerUri& uri_;
  const CheckOptions& options_;
  const CheckWorld& world_;
  PathReport& report_;
  StepRecorder steps_;
  Endpoint server_;
  std::unique_ptr<Dialogue> dialogue_;
  bool was_sent_on_ = false;
};

}  // namespace turnpike::probe
