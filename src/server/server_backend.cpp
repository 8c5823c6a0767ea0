#include <algorithm>
#include <utility>

#include "server/clock.hpp"
#include "server/config_values.hpp"
#include "server/core_config_builder.hpp"
#include "server/metrics_report.hpp"
#include "server/server.hpp"

// What the control plane asks of the server: control::Backend.
namespace turnpike::server {

namespace {

/// One listing on its way from worker to worker.
struct Listing {
  turn::AllocationFilter filter;
  std::size_t limit;
  control::AllocationList found;
  std::function<void(control::AllocationList)> answer;
};

void list_from(WorkerPool& workers, const std::shared_ptr<Listing>& listing, control::AllocationCursor from) {
  if (from.worker >= workers.size()) return listing->answer(std::move(listing->found));
  const std::size_t room = listing->limit - listing->found.allocations.size();
  workers.ask_one(
      from.worker,
      [listing, from, room](Worker& worker) { return worker.list_allocations(listing->filter, from.slot, room); },
      [&workers, listing, from](turn::AllocationPage page) {
        for (turn::AllocationSummary& each : page.allocations) {
          const control::AllocationKey key{from.worker, each.id};
          listing->found.allocations.push_back({key, std::move(each)});
        }
        const control::AllocationCursor next = page.next_slot ? control::AllocationCursor{from.worker, *page.next_slot}
                                                              : control::AllocationCursor{from.worker + 1, 0};
        if (listing->found.allocations.size() < listing->limit) return list_from(workers, listing, next);
        if (next.worker < workers.size()) listing->found.next = next;
        listing->answer(std::move(listing->found));
      });
}

}  // namespace

void Server::list_allocations(turn::AllocationFilter filter, control::AllocationCursor from, std::size_t limit,
                              std::function<void(control::AllocationList)> answer) {
  list_from(workers_, std::make_shared<Listing>(Listing{std::move(filter), limit, {}, std::move(answer)}), from);
}

void Server::describe_allocation(control::AllocationKey key,
                                 std::function<void(std::optional<turn::AllocationDetails>)> answer) {
  if (key.worker >= workers_.size()) return answer(std::nullopt);
  workers_.ask_one(
      key.worker, [id = key.id](Worker& worker) { return worker.describe(id); }, std::move(answer));
}

void Server::end_allocation(control::AllocationKey key, std::function<void(bool)> answer) {
  if (key.worker >= workers_.size()) return answer(false);
  workers_.ask_one(
      key.worker, [id = key.id](Worker& worker) { return worker.end_one(id); }, std::move(answer));
}

void Server::revoke(std::string username, UnixSeconds expiry, std::function<void(bool kept)> answer) {
  auto kept = std::make_shared<bool>(true);
  workers_.ask([username = std::move(username), expiry](Worker& worker) { return worker.revoke(username, expiry); },
               [kept, answer = std::move(answer)](bool has_room, std::size_t missing) {
                 *kept = *kept && has_room;
                 if (missing == 0) answer(*kept);
               });
}

void Server::collect_metrics(std::function<void(std::vector<prometheus::MetricFamily>)> answer) {
  auto sum = std::make_shared<WorkerStatistics>();
  workers_.ask([](Worker& worker) { return worker.statistics(); },
               [this, sum, answer = std::move(answer)](const WorkerStatistics& statistics, std::size_t missing) {
                 *sum += statistics;
                 if (missing == 0) answer(make_metrics(*sum));
               });
}

std::vector<prometheus::MetricFamily> Server::make_metrics(const WorkerStatistics& workers) const {
  const std::uint64_t ports = static_cast<std::uint64_t>(config_.relay.ports.last - config_.relay.ports.first) + 1;
  MetricsInput input;
  input.workers = workers;
  input.worker_count = static_cast<std::uint32_t>(workers_.size());
  input.relay_ports = ports * addresses_.relays.size();
  input.relay_addresses = {addresses_.relays.size(), addresses_.unknown.size(), addresses_.absent.size()};
  input.external_changes = external_.changes();
  input.external_failures = external_.failures();
  input.quota = make_quota_limits(config_);
  input.rationed_sources = error_ration_->held_back(sample_now().mono);
  input.control = control_plane_->counters();
  input.route_names = control_plane_->route_names();
  input.api_keys = config_.api.keys.size() + stored_keys_;
  if (certificates_) input.certificates = {certificates_->earliest_expiry(), certificates_->failures()};
  input.database_ok = store_.state() == "none" || store_.state() == "absent" || store_.state() == "ok";
  input.pending_revocations = store_.pending();
  input.version = TURNPIKE_VERSION;
  input.started = started_.wall;
  input.draining = phase_ >= Phase::draining;
  if (drain_) input.drain_deadline = drain_->status().deadline;
  for (const AlternateWatch::State& each : alternates_.states()) {
    input.alternates.push_back({each.server.address.to_string(), each.health == AlternateWatch::Health::up});
  }
  input.ready = unready_reasons().empty();
  input.config_reloads = reloads_;
  input.failed_config_reloads = failed_reloads_;
  input.lost_reports = reports_.lost() + log_->lost_lines();
  input.worker_latency = mailbox_latency_;
  input.control_lateness = loop_lateness_;
  return make_metric_families(input);
}

control::ServerStatus Server::status_without_counts() const {
  const Now now = sample_now();
  control::ServerStatus status;
  status.version = TURNPIKE_VERSION;
  status.state = phase_ == Phase::serving ? "serving" : "draining";
  status.started = started_.wall;
  status.uptime = std::chrono::duration_cast<Seconds>(now.mono - started_.mono);
  status.workers = static_cast<std::uint32_t>(workers_.size());
  const control::SignalingCounters signaling = control_plane_->counters().signaling;
  status.rooms = signaling.room_count;
  status.members = signaling.member_count;
  status.realm = config_.server.realm;
  for (const ListenUrl& listener : config_.listen) status.listeners.push_back({show(listener)});
  if (certificates_) status.certificate_expiry = certificates_->earliest_expiry();
  if (tls_) {
    for (const auto& each : tls_->certificates()) status.certificates.push_back({each.hosts, each.not_after});
  }
  status.database = store_.state();
  status.secrets = config_.auth.secrets.size();
  status.static_users = core_config_->credentials.user_count();
  status.configured = configured_;
  status.pending = waiting_for_restart_;
  if (drain_) status.drain = drain_->status();
  for (const AlternateWatch::State& each : alternates_.states()) {
    status.alternates.push_back({each.server.address.to_string(), std::string(to_string(each.health))});
  }
  for (const auto& each : addresses_.relays) {
    status.relays.push_back({each.local.to_string(), each.external.to_string()});
  }
  for (const IpAddress& each : addresses_.absent) status.awaited.push_back({each.to_string(), "absent"});
  for (const IpAddress& each : addresses_.unknown) status.awaited.push_back({each.to_string(), "unknown"});
  return status;
}

void Server::totals(std::function<void(control::ServerTotals)> answer) {
  struct Carried {
    std::size_t allocations;
    turn::Traffic traffic;
  };
  auto sum = std::make_shared<control::ServerTotals>();
  workers_.ask(
      [](Worker& worker) {
        return Carried{worker.allocation_count(), worker.traffic()};
      },
      [sum, answer = std::move(answer)](const Carried& carried, std::size_t missing) {
        sum->allocations += carried.allocations;
        sum->bytes_to_peers += carried.traffic.bytes_to_peers;
        sum->bytes_to_clients += carried.traffic.bytes_to_client;
        sum->packets += carried.traffic.packets_to_peers + carried.traffic.packets_to_client;
        if (missing == 0) answer(*sum);
      });
}

void Server::status(std::function<void(control::ServerStatus)> answer) {
  auto sum = std::make_shared<std::uint64_t>(0);
  workers_.ask([](Worker& worker) { return worker.allocation_count(); },
               [this, sum, answer = std::move(answer)](std::size_t count, std::size_t missing) {
                 *sum += count;
                 if (missing > 0) return;
                 control::ServerStatus status = status_without_counts();
                 status.allocations = *sum;
                 if (status.drain) status.drain->allocations = *sum;
                 answer(std::move(status));
               });
}

bool Server::allows_peer(const IpAddress& address) const {
  return core_config_->peers->judge(address.unmapped()) == turn::PeerJudgement::allowed;
}

std::vector<std::string> Server::unready_reasons() const {
  std::vector<std::string> reasons;
  if (phase_ == Phase::starting) reasons.emplace_back("the server is starting");
  if (phase_ == Phase::draining || phase_ == Phase::ending) reasons.emplace_back("the server is draining");
  if (config_.quota.total != 0 && quota_->total() >= config_.quota.total) {
    reasons.emplace_back("quota.total allocations are in use");
  }
  const auto missing = missing_external();
  if (missing) reasons.push_back(*missing);
  if (!missing && free_relay_ports_ == 0U && phase_ == Phase::serving) reasons.emplace_back("no relay port is free");
  return reasons;
}

}  // namespace turnpike::server
