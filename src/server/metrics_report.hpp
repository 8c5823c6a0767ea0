#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "server/latency_histogram.hpp"
#include "server/metric_sheet.hpp"
#include "server/statistics_report.hpp"
#include "server/worker_statistics.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/control_plane.hpp"
#include "turnpike/turn/quota_ledger.hpp"

namespace turnpike::server {

/// What a scrape is made of.
struct MetricsInput {
  WorkerStatistics workers;  ///< of all workers together
  std::uint32_t worker_count = 0;
  std::uint64_t relay_ports = 0;  ///< all of them, in use or free
  struct RelayAddressCounts {
    std::uint64_t offered = 0;
    std::uint64_t unknown = 0;  ///< waiting for their public address
    std::uint64_t absent = 0;
  };
  RelayAddressCounts relay_addresses;
  std::uint64_t external_changes = 0;
  std::uint64_t external_failures = 0;
  turn::QuotaLimits quota;
  std::uint64_t rationed_sources = 0;  ///< turn::ErrorRation::held_back()
  control::ControlPlane::Counters control;
  std::vector<std::string> route_names;  ///< of control.by_route
  std::uint64_t api_keys = 0;
  std::optional<ServerStatistics::Certificates> certificates;
  bool database_ok = true;  ///< or there is none
  std::uint64_t pending_revocations = 0;
  std::string version;
  UnixSeconds started{};
  bool draining = false;
  std::optional<UnixSeconds> drain_deadline;
  struct Alternate {
    std::string address;
    bool is_up = false;
  };
  std::vector<Alternate> alternates;
  bool ready = true;
  std::uint64_t config_reloads = 0;  ///< that took effect
  std::uint64_t failed_config_reloads = 0;
  std::uint64_t lost_reports = 0;
  LatencyHistogram worker_latency;    ///< from Worker::post() to the task's run
  LatencyHistogram control_lateness;  ///< of a timer on the control loop
};

/// All families of metric_table(), in its order, each with all its label values: a counter that is still zero is there,
/// so that rates can be taken from the first event on.
[[nodiscard]] std::vector<prometheus::MetricFamily> make_metric_families(const MetricsInput& input);

// The parts of it, by subject.
void report_relaying(const MetricsInput& input, MetricSheet& sheet);
void report_streams(const MetricsInput& input, MetricSheet& sheet);
void report_control(const MetricsInput& input, MetricSheet& sheet);
void report_signaling(const MetricsInput& input, MetricSheet& sheet);

}  // namespace turnpike::server
