#pragma once

#include <optional>

#include "turn/core_state.hpp"
#include "turnpike/base/drop_reason.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/turn/outbox.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

/// A datagram of `length` bytes from a peer (RFC 8656 sections 11.3 and 12.7).
[[nodiscard]] PeerVerdict relay_peer(CoreState& state, AllocationId id, const Endpoint& source, std::size_t length,
                                     Now now) noexcept;

/// An ICMP error about what an allocation sent (RFC 8656 section 11.5); the reason when the client is not told.
[[nodiscard]] std::optional<DropReason> relay_icmp(CoreState& state, AllocationId id, const Endpoint& peer,
                                                   const stun::Icmp& icmp, Now now, Outbox& outbox) noexcept;

}  // namespace turnpike::turn
