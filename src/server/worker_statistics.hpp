#pragma once

#include <array>
#include <cstdint>

#include "server/streams.hpp"
#include "turnpike/base/drop_reason.hpp"
#include "turnpike/net/dtls_server.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/turn/core_totals.hpp"

namespace turnpike::server {

/// What one worker has counted since its start. Written by its own thread; others get copies by mailbox.
struct WorkerStatistics {
  static constexpr std::size_t kFirstErrorCode = 300;
  static constexpr std::size_t kErrorCodes = 400;  // RFC 8489 section 14.8: classes 3 to 6

  std::array<std::uint64_t, kDropReasonCount> drops{};
  std::array<std::uint64_t, kErrorCodes> errors{};  ///< error responses by code - 300
  std::uint64_t datagrams_received = 0;
  std::uint64_t datagrams_sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t allocations_started = 0;
  std::uint64_t allocations_live = 0;
  std::uint64_t kernel_drops =
      0;  ///< receive buffer full: SO_MEMINFO of listeners, and of relay sockets when they close
  std::uint64_t relay_ports_free = 0;
  Streams::Counters streams;
  std::uint64_t streams_live = 0;
  net::DtlsServer::Counters dtls;
  std::uint64_t dtls_live = 0;
  turn::CoreTotals totals;

  void count(DropReason reason, std::uint64_t times = 1) noexcept { drops[static_cast<std::size_t>(reason)] += times; }
  void count(stun::ErrorCode code) noexcept {
    const auto index = static_cast<std::size_t>(code) - kFirstErrorCode;
    if (index < errors.size()) ++errors[index];
  }

  WorkerStatistics& operator+=(const WorkerStatistics& other) noexcept;
};

}  // namespace turnpike::server
