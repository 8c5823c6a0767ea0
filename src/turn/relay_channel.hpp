#pragma once

#include "turn/core_state.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

/// Counts and rations what goes from the client to a peer; false when the allocation or its user is over its rate.
[[nodiscard]] bool admit_to_peer(const CoreState& state, Allocation& allocation, std::size_t bytes, Now now) noexcept;

}  // namespace turnpike::turn
