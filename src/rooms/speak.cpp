#include "rooms/speak.hpp"

#include <optional>
#include <utility>

#include "rooms/telling.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::rooms {
namespace {

std::optional<Refused> why_not(const CoreState& state, const Client& client, std::size_t bytes) {
  if (client.member == nullptr) return Refused{Refusal::not_in_room, "join a room first"};
  if (!client.member->may.publish) return Refused{Refusal::unauthorized, "this member may only listen"};
  if (bytes > state.limits.message_bytes) return Refused{Refusal::too_large, "the message is too large"};
  return std::nullopt;
}

bool hold(CoreState& state, const Member& sender, std::string_view target, std::shared_ptr<const Notice> notice,
          Now now) {
  const RoomLimits& limits = state.limits;
  if (target.size() > kMaxUserId || !is_clean_text(target)) return false;
  const std::size_t cost = cost_of(*notice) + state.held.bytes();
  return state.kept.make_room(cost, limits.kept_total) &&
         state.held.hold(sender.room, target, sender.serial, std::move(notice), now.mono + limits.held,
                         {limits.held_messages, limits.held_total});
}

}  // namespace

void signal(CoreState& state, const Client& client, std::string_view target, Signal content, IfAbsent if_absent,
            Now now, std::vector<Delivery>& out) {
  if (const std::optional<Refused> refused = why_not(state, client, content.body->size())) {
    refuse(state, client, *refused, out);
    return;
  }
  Member& sender = *client.member;
  Member* receiver = target.empty() ? nullptr : sender.room.find(target);
  content.from = sender.user;
  auto notice = make_notice(std::move(content));
  if (target.empty()) {
    announce(state, sender.room, &sender, notice, out);
  } else if (receiver != nullptr) {
    send(state, *receiver, notice, out);
  } else if (if_absent == IfAbsent::refuse) {
    refuse(state, client, {Refusal::unknown_target, "nobody in the room has this user id"}, out);
    return;
  } else if (!hold(state, sender, target, std::move(notice), now)) {
    refuse(state, client, {Refusal::unknown_target, "nobody has this user id, and too much waits already"}, out);
    return;
  }
  ++sender.room.messages;
  ++state.counters.signals;
}

void chat(CoreState& state, const Client& client, std::string text, Now now, std::vector<Delivery>& out) {
  if (const std::optional<Refused> refused = why_not(state, client, text.size())) {
    refuse(state, client, *refused, out);
    return;
  }
  Member& sender = *client.member;
  Room& room = sender.room;
  const auto notice = make_notice(Chat{sender.user, sender.name, std::move(text), ++room.chats, now.wall});
  if (sender.hidden) send(state, sender, notice, out);
  announce(state, room, nullptr, notice, out);
  ++room.messages;
  ++state.counters.chats;
}

}  // namespace turnpike::rooms
