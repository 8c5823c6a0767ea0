#include "rooms/telling.hpp"

#include <algorithm>

namespace turnpike::rooms {

void refuse(CoreState& state, const Client& client, Refused refused, std::vector<Delivery>& out) {
  ++state.counters.refusals[static_cast<std::size_t>(refused.code)];
  tell(client, refused, out);
}

void send(CoreState& state, Member& member, const std::shared_ptr<const Notice>& notice, std::vector<Delivery>& out) {
  if (member.is_overdue) return;
  const std::uint64_t sequence = ++member.last_sequence;
  const bool is_connected = member.client != nullptr;
  if (member.keeps_place) {
    const RoomLimits& limits = state.limits;
    // What is held for the absent is kept from the same sum.
    const std::size_t total = limits.kept_total - std::min(limits.kept_total, state.held.bytes());
    if (!state.kept.keep(member.kept, sequence, notice, is_connected,
                         {limits.kept_messages, limits.kept_bytes, total})) {
      member.is_overdue = true;
      state.overdue.push_back(&member);
      return;
    }
  }
  if (is_connected) {
    out.push_back({member.client->id, sequence, notice});
    ++state.counters.deliveries;
  } else {
    ++state.counters.kept;
  }
}

void announce(CoreState& state, const Room& room, const Member* except, const std::shared_ptr<const Notice>& notice,
              std::vector<Delivery>& out) {
  for (Member* member : room.visible) {
    if (member != except) send(state, *member, notice, out);
  }
}

}  // namespace turnpike::rooms
