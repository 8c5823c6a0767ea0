#include "turnpike/probe/load.hpp"

#include <algorithm>
#include <exception>

#include "probe/load_pair.hpp"
#include "probe/load_traffic.hpp"

namespace turnpike::probe {
namespace {

/// coturn keeps a deleted allocation's five-tuple for a while, and an earlier run may have had the same port: another
/// socket will do then.
void open_pairs(const LoadPlan& plan, Random& random, std::vector<LoadPair>& pairs) {
  pairs.reserve(plan.allocations);
  std::size_t spare = plan.allocations;
  while (pairs.size() < plan.allocations && !plan.is_stopped()) {
    try {
      pairs.emplace_back(plan.session, random);
    } catch (const FiveTupleTaken&) {
      if (spare-- == 0) throw;
    }
  }
}

LoadOutcome measure(const LoadPlan& plan, std::vector<LoadPair>& pairs) {
  LoadTraffic traffic{pairs};
  Load warmup = plan.load;
  warmup.seconds = plan.warmup;
  LoadOutcome outcome;
  if (plan.warmup > 0) outcome.tally = traffic.run(warmup, plan.is_stopped);
  if (outcome.tally.is_stopped) return outcome;
  if (plan.pid != 0) outcome.used = read_cpu_time(plan.pid);
  outcome.tally = traffic.run(plan.load, plan.is_stopped);
  if (outcome.used) {
    const CpuTime after = read_cpu_time(plan.pid);
    outcome.used = CpuTime{after.scheduled_ns - outcome.used->scheduled_ns, after.ticks_ns - outcome.used->ticks_ns};
  }
  return outcome;
}

}  // namespace

Result<LoadOutcome, LoadMistake> run_load(const LoadPlan& plan, Random& random) {
  std::vector<LoadPair> pairs;
  Result<LoadOutcome, LoadMistake> outcome = LoadMistake{"stopped before the first packet"};
  try {
    open_pairs(plan, random, pairs);
    if (pairs.size() == plan.allocations) outcome = measure(plan, pairs);
  } catch (const std::exception& error) {
    outcome = LoadMistake{pairs.empty() ? error.what()
                                        : "after " + std::to_string(pairs.size()) + " allocations: " + error.what()};
  }
  // A server that is gone is not waited for again and again.
  static_cast<void>(std::ranges::all_of(pairs, [](LoadPair& pair) { return pair.release(); }));
  return outcome;
}

}  // namespace turnpike::probe
