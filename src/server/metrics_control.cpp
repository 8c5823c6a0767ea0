#include <array>
#include <string_view>

#include "server/metrics_report.hpp"

namespace turnpike::server {
namespace {

constexpr std::array<std::string_view, 5> kStatusClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};

std::uint64_t count_at(const std::vector<std::uint64_t>& counts, std::size_t index) {
  return index < counts.size() ? counts[index] : 0;
}

}  // namespace

void report_control(const MetricsInput& input, MetricSheet& sheet) {
  const control::ControlPlane::Counters& counters = input.control;
  sheet.set(Metric::http_sessions, counters.http.sessions);
  sheet.set(Metric::http_session_failures, {"refused"}, counters.http.refused);
  sheet.set(Metric::http_session_failures, {"timed_out"}, counters.http.timed_out);
  sheet.set(Metric::http_session_failures, {"malformed"}, counters.http.malformed);
  sheet.set(Metric::http_session_failures, {"evicted"}, counters.http.evicted);
  sheet.set(Metric::http_session_failures, {"late"}, counters.http.late);
  for (std::size_t i = 0; i < input.route_names.size(); ++i) {
    sheet.set(Metric::http_requests, {input.route_names[i]}, count_at(counters.by_route, i));
  }
  for (std::size_t i = 0; i < kStatusClasses.size(); ++i) {
    sheet.set(Metric::http_responses, {kStatusClasses.at(i)}, count_at(counters.by_status, i));
  }
  sheet.set(Metric::credentials_minted, counters.credentials_minted);
  sheet.set(Metric::api_refusals, {"wrong_key"}, counters.wrong_keys);
  sheet.set(Metric::api_refusals, {"forbidden"}, counters.forbidden);
  sheet.set(Metric::api_refusals, {"rate_limited"}, counters.rate_limited);
  sheet.set(Metric::api_refusals, {"slowed"}, counters.slowed);
  sheet.set(Metric::api_keys, input.api_keys);
  sheet.set_flag(Metric::database_ok, input.database_ok);
  sheet.set(Metric::revocations_pending, input.pending_revocations);
}

}  // namespace turnpike::server
