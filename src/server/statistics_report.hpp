#pragma once

#include <cstdint>

#include "server/event_log.hpp"
#include "server/worker_statistics.hpp"

namespace turnpike::server {

/// One log line with all counters that are not zero: traffic, drops by reason, error responses by code, and what the
/// kernel dropped before we saw it.
void log_statistics(const EventLog& log, const WorkerStatistics& statistics, std::uint64_t lost_reports);

}  // namespace turnpike::server
