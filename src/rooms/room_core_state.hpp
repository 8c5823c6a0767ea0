#pragma once

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

// The door's own name for the state; the procedures know CoreState alone.
struct RoomCore::State : CoreState {
  using CoreState::CoreState;
};

}  // namespace turnpike::rooms
