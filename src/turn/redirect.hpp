#pragma once

#include <optional>

#include "turn/core_state.hpp"
#include "turn/refusal.hpp"
#include "turnpike/base/five_tuple.hpp"

namespace turnpike::turn {

/// 300 (Try Alternate): sends a client that could have an allocation to the next server of its address family that
/// serves its kind of transport, in turn. Nothing when there is none. The refusal is good until the configuration is
/// replaced.
[[nodiscard]] std::optional<Refusal> redirect(CoreState& state, const FiveTuple& five_tuple) noexcept;

/// As redirect(), and where there is no other server 508 (Insufficient Capacity). So is who `redeems` a reservation: it
/// is of this server, and elsewhere its token is good for nothing.
[[nodiscard]] Refusal refuse_for_capacity(CoreState& state, const FiveTuple& five_tuple, bool redeems) noexcept;

}  // namespace turnpike::turn
