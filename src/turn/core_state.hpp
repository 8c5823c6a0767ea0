#pragma once

#include <cstdint>
#include <memory>

#include "turn/allocation_table.hpp"
#include "turn/connection_table.hpp"
#include "turn/expiry_queue.hpp"
#include "turn/nonce.hpp"
#include "turn/recent_deletions.hpp"
#include "turn/reservation_table.hpp"
#include "turn/revocations.hpp"
#include "turnpike/turn/core_config.hpp"
#include "turnpike/turn/core_totals.hpp"
#include "turnpike/turn/relay_core.hpp"

namespace turnpike::turn {

/// What the handlers work on: each is a free function over this state and a request.
struct CoreState {
  CoreState(std::shared_ptr<const CoreConfig> core_config, const RelayCore::Environment& environment);

  std::shared_ptr<const CoreConfig> config;
  RelayCore::Environment env;
  KeyedHash hash;
  NonceMint nonces;
  AllocationTable allocations;
  ExpiryQueue expiries;
  ConnectionTable connections;
  ReservationTable reservations;
  RecentDeletions deletions;
  Revocations revocations;
  CoreTotals counted;                  ///< what has been; RelayCore::totals() adds what lives
  std::uint32_t unvouched_from = 0;    ///< where end_unvouched() goes on: all slots below are vouched for
  std::uint64_t data_indications = 0;  ///< counts their transaction ids
  std::uint32_t redirections = 0;      ///< whose turn it is: see redirect()
  bool draining = false;
};

}  // namespace turnpike::turn
