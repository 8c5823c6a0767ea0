#include "server/metrics_report.hpp"
#include "server/stream_end.hpp"
#include "turnpike/net/tls_failure.hpp"

namespace turnpike::server {
namespace {

template <typename Failures>
void report_failures(std::string_view transport, const Failures& failures, MetricSheet& sheet) {
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const auto failure = static_cast<net::TlsFailure>(i);
    if (failure == net::TlsFailure::none) continue;
    sheet.set(Metric::handshake_failures, {transport, to_string(failure)}, failures.at(i));
  }
}

void report_handshakes(const WorkerStatistics& workers, MetricSheet& sheet) {
  const auto ended = [&](StreamEnd end) { return workers.streams.ends.at(static_cast<std::size_t>(end)); };
  sheet.set(Metric::handshakes, {"tls"}, workers.streams.handshakes);
  sheet.set(Metric::handshakes, {"dtls"}, workers.dtls.handshakes);
  report_failures("tls", workers.streams.tls_failures, sheet);
  sheet.set(Metric::handshake_failures, {"tls", "timeout"}, ended(StreamEnd::handshake_timeout));
  report_failures("dtls", workers.dtls.failures, sheet);
  sheet.set(Metric::handshake_failures, {"dtls", "timeout"}, workers.dtls.timed_out);
  sheet.set(Metric::handshake_failures, {"dtls", "evicted"}, workers.dtls.evicted);
  sheet.set(Metric::handshake_failures, {"dtls", "over_limit"}, workers.dtls.refused);
}

void report_certificates(const MetricsInput& input, MetricSheet& sheet) {
  if (input.certificates) {
    const auto expiry = input.certificates->earliest_expiry.time_since_epoch().count();
    sheet.set(Metric::certificate_expiry, expiry > 0 ? static_cast<std::uint64_t>(expiry) : 0);
  }
  sheet.set(Metric::certificate_reload_failures, input.certificates ? input.certificates->failed_reloads : 0);
}

}  // namespace

void report_streams(const MetricsInput& input, MetricSheet& sheet) {
  const WorkerStatistics& workers = input.workers;
  sheet.set(Metric::streams, workers.streams_live);
  sheet.set(Metric::streams_accepted, workers.streams.accepted);
  sheet.set(Metric::stream_accept_pauses, workers.streams.accept_pauses);
  for (std::size_t i = 0; i < workers.streams.ends.size(); ++i) {
    sheet.set(Metric::streams_ended, {to_string(static_cast<StreamEnd>(i))}, workers.streams.ends.at(i));
  }
  sheet.set(Metric::stream_sent_bytes, workers.streams.bytes_sent);
  sheet.set(Metric::dtls_associations, workers.dtls_live);
  sheet.set(Metric::dtls_cookies, workers.dtls.hello_verify_requests);
  sheet.set(Metric::dtls_bad_cookies, workers.dtls.bad_cookies);
  sheet.set(Metric::dtls_ignored_datagrams, workers.dtls.ignored_records);
  report_handshakes(workers, sheet);
  report_certificates(input, sheet);
}

}  // namespace turnpike::server
