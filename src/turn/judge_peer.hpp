#pragma once

#include "turn/allocation.hpp"
#include "turn/core_state.hpp"

namespace turnpike::turn {

/// Whether the operator's policy lets this allocation have that peer. One on trial (see kTrialUser) has fewer: where
/// relayed transport addresses of this server are, and its own client. For CreatePermission, which knows no port.
[[nodiscard]] bool may_have_peer(const CoreState& state, const Allocation& allocation, const IpAddress& peer) noexcept;
/// For ChannelBind, Connect and Send.
[[nodiscard]] bool may_have_peer(const CoreState& state, const Allocation& allocation, const Endpoint& peer) noexcept;

}  // namespace turnpike::turn
