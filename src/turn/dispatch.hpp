#pragma once

#include "turn/core_state.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/turn/outbox.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

/// A STUN message: tells requests and indications apart and hands each to its handler.
[[nodiscard]] ClientVerdict dispatch_stun(CoreState& state, const FiveTuple& five_tuple, ByteSpan datagram, Now now,
                                          Outbox& outbox) noexcept;

}  // namespace turnpike::turn
