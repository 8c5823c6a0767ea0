#pragma once

namespace turnpike::rooms {

/// What a member may do in a room; who may not join is no member.
struct Permissions {
  bool publish = true;  ///< signal and chat
  bool close = false;   ///< end the room for all
  friend constexpr bool operator==(const Permissions&, const Permissions&) noexcept = default;
};

}  // namespace turnpike::rooms
