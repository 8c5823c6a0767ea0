#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "turnpike/control/backend.hpp"

namespace turnpike::test {

/// A server for the control plane to ask: answers at once with what the test put here, and remembers what it was asked.
class FakeBackend final : public control::Backend {
 public:
  struct ListCall {
    turn::AllocationFilter filter;
    control::AllocationCursor from;
    std::size_t limit = 0;
  };
  struct RevokeCall {
    std::string username;
    UnixSeconds expiry{};
  };

  control::AllocationList list;
  std::optional<turn::AllocationDetails> details;
  bool ends = true;  ///< what end_allocation() answers
  bool keeps_revocations = true;
  std::vector<prometheus::MetricFamily> metrics;
  control::ServerTotals server_totals;
  bool holds_totals = false;  ///< totals() waits for give_totals()
  control::ServerStatus server_status;
  std::vector<std::string> reasons;
  IpAddress denied_peer;
  control::ReloadOutcome reload_outcome{true, {}, {}};

  std::vector<ListCall> listed;
  std::vector<control::AllocationKey> described;
  std::vector<control::AllocationKey> ended;
  std::vector<RevokeCall> revoked;
  std::vector<std::function<void(control::ServerTotals)>> totals_asked;
  control::DrainOutcome drain_outcome;
  std::vector<std::string> drains;  ///< the deadlines
  int reloads = 0;
  int rehearsals = 0;

  void list_allocations(turn::AllocationFilter filter, control::AllocationCursor from, std::size_t limit,
                        std::function<void(control::AllocationList)> answer) override {
    listed.push_back({std::move(filter), from, limit});
    answer(list);
  }
  void describe_allocation(control::AllocationKey key,
                           std::function<void(std::optional<turn::AllocationDetails>)> answer) override {
    described.push_back(key);
    answer(details);
  }
  void end_allocation(control::AllocationKey key, std::function<void(bool)> answer) override {
    ended.push_back(key);
    answer(ends);
  }
  void revoke(std::string username, UnixSeconds expiry, std::function<void(bool kept)> answer) override {
    revoked.push_back({std::move(username), expiry});
    answer(keeps_revocations);
  }
  void collect_metrics(std::function<void(std::vector<prometheus::MetricFamily>)> answer) override { answer(metrics); }
  void totals(std::function<void(control::ServerTotals)> answer) override {
    totals_asked.push_back(std::move(answer));
    if (!holds_totals) give_totals();
  }
  void give_totals() {
    for (const auto& answer : std::exchange(totals_asked, {})) answer(server_totals);
  }
  void status(std::function<void(control::ServerStatus)> answer) override { answer(server_status); }
  [[nodiscard]] std::vector<std::string> unready_reasons() const override { return reasons; }
  [[nodiscard]] bool allows_peer(const IpAddress& address) const override { return address != denied_peer; }
  void start_draining(std::string deadline, std::function<void(control::DrainOutcome)> answer) override {
    drains.push_back(std::move(deadline));
    answer(drain_outcome);
  }
  void reload(control::ReloadMode mode, std::function<void(control::ReloadOutcome)> answer) override {
    (mode == control::ReloadMode::apply ? reloads : rehearsals) += 1;
    answer(reload_outcome);
  }
};

}  // namespace turnpike::test
