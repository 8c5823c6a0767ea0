#pragma once

#include <vector>

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

/// RoomCore::join(). A refused join changes nothing: who is in a room stays there.
void join(CoreState& state, Client& client, JoinRequest request, Now now, std::vector<Delivery>& out);

/// What a member is told that has just come or come back, with a fresh secret.
[[nodiscard]] Joined describe(CoreState& state, Member& member, bool resumed);

}  // namespace turnpike::rooms
