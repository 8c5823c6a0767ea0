#pragma once

#include "turn/core_state.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/turn/outbox.hpp"

namespace turnpike::turn {

/// Closes the relay sockets and what is connected to them, gives the quota back, reports the end and frees the slot.
/// The outbox must have room for Outbox::kPerEvent commands.
void end_allocation(CoreState& state, Allocation& allocation, EndReason reason, Now now, Outbox& outbox) noexcept;

/// Closes one family of an allocation and its socket; the whole allocation when it was the last.
void end_relayed_address(CoreState& state, Allocation& allocation, AddressFamily family, EndReason reason, Now now,
                         Outbox& outbox) noexcept;

/// Sets the allocation's timer to the earlier of its relayed addresses' expiries.
void schedule_expiry(CoreState& state, const Allocation& allocation) noexcept;

}  // namespace turnpike::turn
