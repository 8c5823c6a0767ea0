#pragma once

#include <string>
#include <utility>

#include "turnpike/probe/server_check.hpp"

namespace turnpike::probe {

/// Writes down the steps of one path, and tells them on.
class StepRecorder {
 public:
  StepRecorder(const ServerUri& uri, PathReport& report, const CheckWorld& world)
      : uri_(uri), report_(report), world_(world), began_(world.clock()) {}

  void begin() { began_ = world_.clock(); }
  /// Ends what begin() began at `at`; the next step begins there.
  void end_at(Instant at, Step step) {
    step.took = at - began_;
    began_ = at;
    report_.steps.push_back(std::move(step));
    if (world_.on_step) world_.on_step(uri_, report_.transport, report_.steps.back());
  }
  void end(Step step) { end_at(world_.clock(), std::move(step)); }

  [[nodiscard]] Facts& facts() noexcept { return report_.facts; }

 private:
  const ServerUri& uri_;
  PathReport& report_;
  const CheckWorld& world_;
  Instant began_;
};

}  // namespace turnpike::probe
