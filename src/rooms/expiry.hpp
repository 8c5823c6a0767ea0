#pragma once

#include <vector>

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

/// Ends the places and empty rooms whose time is over.
void end_what_is_due(CoreState& state, Now now, std::vector<Delivery>& out);
/// Tells who sent what nobody has come for.
void give_up_held(CoreState& state, Now now, std::vector<Delivery>& out);

}  // namespace turnpike::rooms
