#pragma once

#include "turn/core_state.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

/// A Send indication (RFC 8656 section 11.2). Anything wrong with it drops it silently.
[[nodiscard]] ClientVerdict relay_send_indication(CoreState& state, const FiveTuple& five_tuple,
                                                  const stun::MessageView& message, Now now) noexcept;

}  // namespace turnpike::turn
