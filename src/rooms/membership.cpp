#include "rooms/membership.hpp"

#include <algorithm>
#include <utility>

#include "rooms/telling.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::rooms {
namespace {

void cancel(CoreState& state, std::optional<Deadlines::iterator>& deadline) {
  if (deadline) state.deadlines.erase(*deadline);
  deadline.reset();
}

bool is_told(LeaveReason reason) noexcept {
  return reason == LeaveReason::replaced || reason == LeaveReason::kicked || reason == LeaveReason::closed;
}

void let_go(Member& member, LeaveReason reason, std::vector<Delivery>& out) {
  if (member.client == nullptr) return;
  if (is_told(reason)) tell(*member.client, Removed{reason}, out);
  member.client->member = nullptr;
  member.client = nullptr;
}

}  // namespace

Room& open_room(CoreState& state, const JoinRequest& request, const Client& client, Now now) {
  const auto [entry, is_new] = state.rooms.try_emplace(request.room);
  Room& room = entry->second;
  if (is_new) {
    room.id = entry->first;
    room.maker = client.address;
    room.since = now.wall;
    state.rooms_by_maker.add(room.maker);
  }
  cancel(state, room.ends);
  return room;
}

Member& add_member(CoreState& state, Room& room, JoinRequest request, Client& client, Now now) {
  const std::uint64_t serial = ++room.last_serial;
  auto owned = std::make_unique<Member>(room, serial, std::move(request), now.wall);
  Member& member = *room.members.emplace(serial, std::move(owned)).first->second;
  room.by_user.emplace(member.user, &member);
  if (!member.hidden) room.visible.push_back(&member);
  member.client = &client;
  client.member = &member;
  ++state.members;
  return member;
}

void remove_member(CoreState& state, Member& member, LeaveReason reason, std::vector<Delivery>& out) {
  Room& room = member.room;
  let_go(member, reason, out);
  cancel(state, member.place_ends);
  state.kept.clear(member.kept);
  if (member.is_overdue) std::erase(state.overdue, &member);
  if (reason == LeaveReason::disconnected || reason == LeaveReason::overflow) ++state.counters.lost_places;
  if (!member.hidden) {
    std::erase(room.visible, &member);
    if (reason != LeaveReason::closed) {
      announce(state, room, nullptr, make_notice(PeerLeft{member.user, reason}), out);
    }
  }
  --state.members;
  room.by_user.erase(member.user);
  room.members.erase(member.serial);
}

void end_member(CoreState& state, Member& member, LeaveReason reason, Now now, std::vector<Delivery>& out) {
  Room& room = member.room;
  remove_member(state, member, reason, out);
  if (!room.members.empty()) return;
  if (state.limits.empty_room > Duration{0}) {
    room.ends = state.deadlines.emplace(now.mono + state.limits.empty_room, &room);
  } else {
    drop_room(state, room);
  }
}

void drop_room(CoreState& state, Room& room) {
  TURNPIKE_CHECK(room.members.empty());
  cancel(state, room.ends);
  state.held.drop(room);
  state.rooms_by_maker.remove(room.maker);
  state.rooms.erase(state.rooms.find(room.id));
}

void settle(CoreState& state, Now now, std::vector<Delivery>& out) {
  while (!state.overdue.empty()) end_member(state, *state.overdue.front(), LeaveReason::overflow, now, out);
}

void lose_socket(CoreState& state, Member& member, Now now, std::vector<Delivery>& out) {
  if (!member.keeps_place || state.limits.grace <= Duration{0}) {
    end_member(state, member, LeaveReason::disconnected, now, out);
    return;
  }
  member.client->member = nullptr;
  member.client = nullptr;
  member.last_on_socket = member.last_sequence;
  member.place_ends = state.deadlines.emplace(now.mono + state.limits.grace, &member);
}

}  // namespace turnpike::rooms
