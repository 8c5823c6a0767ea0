#pragma once

#include <cstdint>
#include <optional>

#include "server/event_log.hpp"
#include "server/worker_statistics.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/http_server.hpp"

namespace turnpike::server {

/// What the whole server has counted since its start.
struct ServerStatistics {
  struct Certificates {
    UnixSeconds earliest_expiry;
    std::uint64_t failed_reloads = 0;
  };

  WorkerStatistics workers;
  std::uint64_t lost_reports = 0;
  control::HttpCounters http;
  std::optional<Certificates> certificates;  ///< those that come from files
};

/// Log lines with all counters that are not zero: traffic, drops by reason, error responses by code, and what the
/// kernel dropped before we saw it; one line more for streams, TLS, DTLS and HTTP, and one for certificates. `now`: for
/// how long certificates are still good.
void log_statistics(const EventLog& log, const ServerStatistics& statistics, UnixSeconds now);

}  // namespace turnpike::server
