#include "turnpike/turn/core_totals.hpp"

#include "turnpike/turn/command.hpp"

namespace turnpike::turn {

static_assert(static_cast<std::size_t>(EndReason::killed) + 1 == CoreTotals::kEndReasons);
static_assert(static_cast<std::size_t>(Transport::dtls) + 1 == CoreTotals::kTransports);

CoreTotals::Cell& CoreTotals::Cell::operator+=(const Cell& other) noexcept {
  live += other.live;
  started += other.started;
  traffic += other.traffic;
  return *this;
}

CoreTotals& CoreTotals::operator+=(const CoreTotals& other) noexcept {
  for (std::size_t transport = 0; transport < kTransports; ++transport) {
    for (std::size_t family = 0; family < kFamilies; ++family) {
      by_client[transport][family] += other.by_client[transport][family];
    }
  }
  for (std::size_t i = 0; i < ended.size(); ++i) ended[i] += other.ended[i];
  for (std::size_t i = 0; i < requests.size(); ++i) requests[i] += other.requests[i];
  permissions += other.permissions;
  channels += other.channels;
  peer_connections += other.peer_connections;
  reservations += other.reservations;
  revocations += other.revocations;
  return *this;
}

}  // namespace turnpike::turn
