#include <algorithm>

#include "rooms/room_core_state.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::rooms {
namespace {

RoomView view_of(const Room& room) {
  return {.id = std::string(room.id), .since = room.since, .members = room.members.size(), .messages = room.messages};
}

}  // namespace

RoomPage RoomCore::list(std::string_view after, std::size_t limit) const {
  RoomPage page;
  auto room = after.empty() ? state_->rooms.begin() : state_->rooms.upper_bound(after);
  for (; room != state_->rooms.end() && page.rooms.size() < limit; ++room) page.rooms.push_back(view_of(room->second));
  if (room != state_->rooms.end() && !page.rooms.empty()) page.next = page.rooms.back().id;
  return page;
}

std::optional<RoomView> RoomCore::find(std::string_view room) const {
  const Room* found = state_->find_room(room);
  return found == nullptr ? std::nullopt : std::optional<RoomView>(view_of(*found));
}

std::vector<MemberView> RoomCore::members(std::string_view room) const {
  std::vector<MemberView> views;
  const Room* found = state_->find_room(room);
  if (found == nullptr) return views;
  views.reserve(found->members.size());
  for (const auto& [serial, member] : found->members) {
    views.push_back({.peer = {member->user, member->name},
                     .dialect = member->dialect,
                     .connected = member->client != nullptr,
                     .hidden = member->hidden,
                     .since = member->since});
  }
  return views;
}

bool RoomCore::is_member(std::string_view room, std::string_view user) const {
  const Room* found = state_->find_room(room);
  return found != nullptr && found->find(user) != nullptr;
}

}  // namespace turnpike::rooms
