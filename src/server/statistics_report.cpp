#include "server/statistics_report.hpp"

#include <fmt/format.h>

#include <string>

namespace turnpike::server {
namespace {

std::string list_drops(const WorkerStatistics& statistics) {
  std::string text;
  for (std::size_t i = 0; i < statistics.drops.size(); ++i) {
    if (statistics.drops[i] == 0) continue;
    text += fmt::format("{}{}:{}", text.empty() ? "" : ",", to_string(static_cast<DropReason>(i)), statistics.drops[i]);
  }
  return text;
}

std::string list_errors(const WorkerStatistics& statistics) {
  std::string text;
  for (std::size_t i = 0; i < statistics.errors.size(); ++i) {
    if (statistics.errors[i] == 0) continue;
    text +=
        fmt::format("{}{}:{}", text.empty() ? "" : ",", i + WorkerStatistics::kFirstErrorCode, statistics.errors[i]);
  }
  return text;
}

}  // namespace

void log_statistics(const EventLog& log, const WorkerStatistics& statistics, std::uint64_t lost_reports) {
  log.write(LogLevel::info, "statistics",
            {{"allocations", statistics.allocations_live},
             {"allocations_ever", statistics.allocations_started},
             {"received", statistics.datagrams_received},
             {"sent", statistics.datagrams_sent},
             {"sent_bytes", statistics.bytes_sent},
             {"relay_ports_free", statistics.relay_ports_free},
             {"kernel_drops", statistics.kernel_drops},
             {"drops", list_drops(statistics)},
             {"errors", list_errors(statistics)},
             {"lost_reports", lost_reports}});
}

}  // namespace turnpike::server
