#pragma once

#include <string>
#include <vector>

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

/// Draws what the member can resume with from now on, and gives its text; empty when it keeps no place.
[[nodiscard]] std::string draw_resume(CoreState& state, Member& member);

/// Gives the client the place that the request asks for back, if it may have it and misses nothing by it; a place that
/// the client has meanwhile it leaves. False: nothing has happened.
[[nodiscard]] bool resume(CoreState& state, Client& client, const JoinRequest& request, Now now,
                          std::vector<Delivery>& out);

}  // namespace turnpike::rooms
