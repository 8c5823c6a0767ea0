#include <array>
#include <string>
#include <string_view>

#include "server/metrics_report.hpp"
#include "turnpike/stun/message_type.hpp"
#include "turnpike/turn/core_totals.hpp"

namespace turnpike::server {
namespace {

constexpr std::array<std::string_view, turn::CoreTotals::kFamilies> kFamilyNames{"ipv4", "ipv6"};
// In the order of turn::EndReason.
constexpr std::array<std::string_view, turn::CoreTotals::kEndReasons> kEndReasonNames{
    "refreshed_to_zero", "expired", "client_gone", "stopped", "revoked", "killed"};

struct MethodName {
  stun::Method method;
  std::string_view name;
};
constexpr std::array kMethodNames{MethodName{stun::Method::binding, "binding"},
                                  MethodName{stun::Method::allocate, "allocate"},
                                  MethodName{stun::Method::refresh, "refresh"},
                                  MethodName{stun::Method::create_permission, "create_permission"},
                                  MethodName{stun::Method::channel_bind, "channel_bind"},
                                  MethodName{stun::Method::connect, "connect"},
                                  MethodName{stun::Method::connection_bind, "connection_bind"}};

void report_cell(const turn::CoreTotals::Cell& cell, std::string_view transport, std::string_view family,
                 MetricSheet& sheet) {
  sheet.set(Metric::allocations, {transport, family}, cell.live);
  sheet.set(Metric::allocations_started, {transport, family}, cell.started);
  sheet.set(Metric::relayed_bytes, {transport, family, "to_peers"}, cell.traffic.bytes_to_peers);
  sheet.set(Metric::relayed_bytes, {transport, family, "to_client"}, cell.traffic.bytes_to_client);
  sheet.set(Metric::relayed_packets, {transport, family, "to_peers"}, cell.traffic.packets_to_peers);
  sheet.set(Metric::relayed_packets, {transport, family, "to_client"}, cell.traffic.packets_to_client);
}

void report_allocations(const turn::CoreTotals& totals, MetricSheet& sheet) {
  for (std::size_t transport = 0; transport < totals.by_client.size(); ++transport) {
    for (std::size_t family = 0; family < kFamilyNames.size(); ++family) {
      report_cell(totals.by_client.at(transport).at(family), to_string(static_cast<Transport>(transport)),
                  kFamilyNames.at(family), sheet);
    }
  }
  for (std::size_t i = 0; i < kEndReasonNames.size(); ++i) {
    sheet.set(Metric::allocations_ended, {kEndReasonNames.at(i)}, totals.ended.at(i));
  }
  sheet.set(Metric::permissions, totals.permissions);
  sheet.set(Metric::channels, totals.channels);
  sheet.set(Metric::peer_connections, totals.peer_connections);
  sheet.set(Metric::reservations, totals.reservations);
  sheet.set(Metric::revoked_usernames, totals.revocations);
}

void report_requests(const turn::CoreTotals& totals, MetricSheet& sheet) {
  std::uint64_t others = 0;
  for (const std::uint64_t count : totals.requests) others += count;
  for (const MethodName& each : kMethodNames) {
    const std::uint64_t count = totals.requests.at(static_cast<std::size_t>(each.method));
    sheet.set(Metric::requests, {each.name}, count);
    others -= count;
  }
  sheet.set(Metric::requests, {"other"}, others);
}

/// Those that IANA knows, whether they were ever sent or not, and what else was sent.
void report_errors(const WorkerStatistics& workers, MetricSheet& sheet) {
  for (std::size_t i = 0; i < workers.errors.size(); ++i) {
    const std::size_t code = WorkerStatistics::kFirstErrorCode + i;
    const bool is_known = !stun::name_of(static_cast<stun::ErrorCode>(code)).empty();
    if (!is_known && workers.errors.at(i) == 0) continue;
    sheet.set(Metric::error_responses, {std::to_string(code)}, workers.errors.at(i));
  }
}

}  // namespace

void report_relaying(const MetricsInput& input, MetricSheet& sheet) {
  const WorkerStatistics& workers = input.workers;
  report_allocations(workers.totals, sheet);
  report_requests(workers.totals, sheet);
  report_errors(workers, sheet);
  sheet.set(Metric::datagrams_received, workers.datagrams_received);
  sheet.set(Metric::datagrams_sent, workers.datagrams_sent);
  sheet.set(Metric::datagram_sent_bytes, workers.bytes_sent);
  for (std::size_t i = 0; i < workers.drops.size(); ++i) {
    sheet.set(Metric::drops, {to_string(static_cast<DropReason>(i))}, workers.drops.at(i));
  }
  sheet.set(Metric::kernel_receive_drops, workers.kernel_drops);
  sheet.set(Metric::rate_limited_sources, {"errors"}, input.rationed_sources);
  sheet.set(Metric::rate_limited_sources, {"wrong_keys"}, input.control.slowed_sources);
  sheet.set(Metric::relay_ports, input.relay_ports);
  sheet.set(Metric::relay_ports_free, workers.relay_ports_free);
  sheet.set(Metric::relay_addresses, {"offered"}, input.relay_addresses.offered);
  sheet.set(Metric::relay_addresses, {"awaited"}, input.relay_addresses.unknown);
  sheet.set(Metric::relay_addresses, {"absent"}, input.relay_addresses.absent);
  sheet.set(Metric::external_changes, input.external_changes);
  sheet.set(Metric::external_failures, input.external_failures);
  sheet.set(Metric::allocations_limit, input.quota.total);
  sheet.set(Metric::user_allocations_limit, input.quota.per_user);
  sheet.set(Metric::client_allocations_limit, input.quota.per_client_address);
}

}  // namespace turnpike::server
