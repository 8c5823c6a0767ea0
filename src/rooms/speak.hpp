#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

/// RoomCore::signal().
void signal(CoreState& state, const Client& client, std::string_view target, Signal content, IfAbsent if_absent,
            Now now, std::vector<Delivery>& out);
/// RoomCore::chat().
void chat(CoreState& state, const Client& client, std::string text, Now now, std::vector<Delivery>& out);

}  // namespace turnpike::rooms
