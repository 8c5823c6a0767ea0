#include "server/statistics_report.hpp"

#include <fmt/format.h>

#include <string>

namespace turnpike::server {
namespace {

/// "name:count" of each that is not zero.
template <typename Counts, typename Name>
std::string list(const Counts& counts, Name name) {
  std::string text;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", name(i), counts[i]);
  }
  return text;
}

std::string list_failures(const decltype(Streams::Counters::tls_failures)& failures) {
  return list(failures, [](std::size_t i) { return net::to_string(static_cast<net::TlsFailure>(i)); });
}

void log_relaying(const EventLog& log, const ServerStatistics& all) {
  const WorkerStatistics& statistics = all.workers;
  log.write(LogLevel::info, "statistics",
            {{"allocations", statistics.allocations_live},
             {"allocations_ever", statistics.allocations_started},
             {"received", statistics.datagrams_received},
             {"sent", statistics.datagrams_sent},
             {"sent_bytes", statistics.bytes_sent},
             {"relay_ports_free", statistics.relay_ports_free},
             {"kernel_drops", statistics.kernel_drops},
             {"drops", list(statistics.drops, [](std::size_t i) { return to_string(static_cast<DropReason>(i)); })},
             {"errors", list(statistics.errors, [](std::size_t i) { return i + WorkerStatistics::kFirstErrorCode; })},
             {"lost_reports", all.lost_reports}});
}

void log_streams(const EventLog& log, const ServerStatistics& all) {
  const WorkerStatistics& statistics = all.workers;
  log.write(
      LogLevel::info, "statistics of streams",
      {{"streams", statistics.streams_live},
       {"accepted", statistics.streams.accepted},
       {"accept_pauses", statistics.streams.accept_pauses},
       {"sent_bytes", statistics.streams.bytes_sent},
       {"ends", list(statistics.streams.ends, [](std::size_t i) { return to_string(static_cast<StreamEnd>(i)); })},
       {"tls_handshakes", statistics.streams.handshakes},
       {"tls_failures", list_failures(statistics.streams.tls_failures)},
       {"dtls_associations", statistics.dtls_live},
       {"dtls_handshakes", statistics.dtls.handshakes},
       {"dtls_cookies", statistics.dtls.hello_verify_requests},
       {"dtls_bad_cookies", statistics.dtls.bad_cookies},
       {"dtls_evicted", statistics.dtls.evicted},
       {"dtls_timed_out", statistics.dtls.timed_out},
       {"dtls_ignored", statistics.dtls.ignored_records},
       {"dtls_failures", list_failures(statistics.dtls.failures)},
       {"http_sessions", all.http.sessions},
       {"http_requests", all.http.requests},
       {"http_malformed", all.http.malformed},
       {"http_late", all.http.late}});
}

}  // namespace

void log_statistics(const EventLog& log, const ServerStatistics& statistics, UnixSeconds now) {
  log_relaying(log, statistics);
  const WorkerStatistics& workers = statistics.workers;
  if (workers.streams.accepted != 0 || workers.dtls.hello_verify_requests != 0) log_streams(log, statistics);
  if (!statistics.certificates) return;
  log.write(LogLevel::info, "statistics of certificates",
            {{"expire_in_seconds", (statistics.certificates->earliest_expiry - now).count()},
             {"failed_reloads", statistics.certificates->failed_reloads}});
}

}  // namespace turnpike::server
