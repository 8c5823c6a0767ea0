#include "server/metrics_report.hpp"

#include <utility>

namespace turnpike::server {
namespace {

void report_process(const MetricsInput& input, MetricSheet& sheet) {
  sheet.set(Metric::build, {input.version}, 1);
  sheet.set(Metric::start_time, static_cast<std::uint64_t>(input.started.time_since_epoch().count()));
  sheet.set(Metric::workers, input.worker_count);
  sheet.set_flag(Metric::draining, input.draining);
  const UnixSeconds deadline = input.drain_deadline.value_or(UnixSeconds{});
  sheet.set(Metric::drain_deadline, static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
  sheet.set_flag(Metric::ready, input.ready);
  for (const auto& each : input.alternates) sheet.set(Metric::alternate_up, {each.address}, each.is_up ? 1 : 0);
  sheet.set(Metric::config_reloads, input.config_reloads);
  sheet.set(Metric::config_reload_failures, input.failed_config_reloads);
  sheet.set(Metric::lost_reports, input.lost_reports);
  sheet.set(Metric::worker_latency, input.worker_latency);
  sheet.set(Metric::control_lateness, input.control_lateness);
}

}  // namespace

std::vector<prometheus::MetricFamily> make_metric_families(const MetricsInput& input) {
  MetricSheet sheet;
  report_relaying(input, sheet);
  report_streams(input, sheet);
  report_control(input, sheet);
  report_signaling(input, sheet);
  report_process(input, sheet);
  return std::move(sheet).take();
}

}  // namespace turnpike::server
