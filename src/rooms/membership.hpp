#pragma once

#include <vector>

#include "rooms/core_state.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::rooms {

/// The room of that id, made by `client` if need be. It has to get a member at once.
Room& open_room(CoreState& state, const JoinRequest& request, const Client& client, Now now);
/// Puts somebody who is in no room into one. Tells nobody.
Member& add_member(CoreState& state, Room& room, JoinRequest request, Client& client, Now now);

/// The only way out of a room. Tells who is removed, if it did not ask for it, and the others; the room stays, even
/// without members.
void remove_member(CoreState& state, Member& member, LeaveReason reason, std::vector<Delivery>& out);
/// Likewise, and an empty room ends, now or when its time is over.
void end_member(CoreState& state, Member& member, LeaveReason reason, Now now, std::vector<Delivery>& out);
/// A room without members ends.
void drop_room(CoreState& state, Room& room);
/// Ends who became overdue, which may make others overdue. Has to be the last thing that a call does.
void settle(CoreState& state, Now now, std::vector<Delivery>& out);

/// A member's socket is lost: its place is kept if it can be.
void lose_socket(CoreState& state, Member& member, Now now, std::vector<Delivery>& out);

}  // namespace turnpike::rooms
