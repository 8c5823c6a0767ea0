#include "rooms/expiry.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "rooms/membership.hpp"
#include "rooms/telling.hpp"

namespace turnpike::rooms {

void end_what_is_due(CoreState& state, Now now, std::vector<Delivery>& out) {
  while (!state.deadlines.empty() && state.deadlines.begin()->first <= now.mono) {
    const auto subject = state.deadlines.begin()->second;
    if (Member* const* member = std::get_if<Member*>(&subject)) {
      end_member(state, **member, LeaveReason::disconnected, now, out);
    } else if (Room* const* room = std::get_if<Room*>(&subject)) {
      drop_room(state, **room);
    }
  }
}

void give_up_held(CoreState& state, Now now, std::vector<Delivery>& out) {
  while (std::optional<HeldMessages::Expired> expired = state.held.expire(now.mono)) {
    state.counters.undelivered += expired->messages;
    const auto sender = expired->room->members.find(expired->sender);
    if (sender == expired->room->members.end() || sender->second->client == nullptr) continue;
    tell(*sender->second->client, Undelivered{std::move(expired->target)}, out);
  }
}

}  // namespace turnpike::rooms
