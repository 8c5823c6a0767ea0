#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "turnpike/base/random.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/client/turn_session.hpp"
#include "turnpike/probe/cpu_meter.hpp"

namespace turnpike::probe {

struct Load {
  std::size_t payload = 1100;          ///< bytes behind the ChannelData header, 32 to 1400
  double packets_per_second = 40'000;  ///< both directions together
  std::size_t burst = 1;               ///< packets that one flow sends back to back, 1 to 64
  double seconds = 5;
};

/// What became of a load.
struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t refused = 0;  ///< the generator's own kernel took no more
  double seconds = 0;
  std::vector<std::uint32_t> latencies_ns;
  bool is_stopped = false;  ///< before its time

  [[nodiscard]] double loss() const noexcept {
    return sent == 0 ? 0 : 1.0 - static_cast<double>(received) / static_cast<double>(sent);
  }
  /// `fraction` 0 to 1. Sorts on the first call.
  [[nodiscard]] double percentile_us(double fraction);
};

struct LoadPlan {
  client::SessionOptions session;  ///< the server's address must be IPv4
  std::size_t allocations = 100;
  Load load;
  double warmup = 1;  ///< seconds that are not measured
  int pid = 0;        ///< of the server, when it runs on this machine; 0: its processor time is not measured
  std::function<bool()> is_stopped = [] { return false; };  ///< asked now and then
};

struct LoadOutcome {
  Tally tally;
  std::optional<CpuTime> used;  ///< by the server, meanwhile
};

/// Why there is no outcome, in words for the operator.
struct LoadMistake {
  std::string message;
};

/// Loads a TURN server over UDP: allocations with a channel each to a peer socket of our own, packets in turn over all
/// of them, every other burst the other way. Takes as long as the plan says, and gives the allocations back at the end.
[[nodiscard]] Result<LoadOutcome, LoadMistake> run_load(const LoadPlan& plan, Random& random);

}  // namespace turnpike::probe
