#include "rooms/join.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "rooms/membership.hpp"
#include "rooms/resume.hpp"
#include "rooms/telling.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::rooms {
namespace {

bool is_sound(std::string_view text, std::size_t most) { return text.size() <= most && is_clean_text(text); }

bool is_sound(const JoinRequest& request) {
  return is_sound(request.room, kMaxRoomId) && is_sound(request.user, kMaxUserId) && is_sound(request.name, kMaxName) &&
         request.owner.size() <= kMaxOwner;
}

std::string draw_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  std::string id((4 * bytes.size() + 2) / 3, '\0');
  id.resize(base64url_encode(bytes, id));
  return id;
}

bool is_owned_by_another(const Member& member, const JoinRequest& request) {
  return !member.owner.empty() && !constant_time_equal(as_bytes(member.owner), as_bytes(request.owner));
}

/// Whether the client, joining elsewhere, ends the room that it is in.
bool ends_its_room(const CoreState& state, const Client& client) {
  return client.member != nullptr && client.member->room.members.size() == 1 && state.limits.empty_room <= Duration{0};
}

std::optional<Refused> why_not_new(const CoreState& state, const Client& client) {
  const Room* freed = ends_its_room(state, client) ? &client.member->room : nullptr;
  if (state.rooms.size() - (freed != nullptr ? 1 : 0) >= state.limits.rooms) {
    return Refused{Refusal::rate_limited, "the server has as many rooms as it may have"};
  }
  const bool frees_own = freed != nullptr && counts_as_same(freed->maker, client.address);
  if (state.rooms_by_maker.count(client.address) - (frees_own ? 1 : 0) >= state.limits.rooms_per_address) {
    return Refused{Refusal::rate_limited, "there are too many rooms from this address"};
  }
  return std::nullopt;
}

std::optional<Refused> why_not_this(const CoreState& state, const Room& room, const Client& client,
                                    const JoinRequest& request) {
  const Member* same = room.find(request.user);
  if (same != nullptr && same != client.member && is_owned_by_another(*same, request)) {
    return Refused{Refusal::unauthorized, "this user id belongs to somebody else"};
  }
  // What one says to all goes to those who are not hidden: these are few, however many others there are.
  const bool counts_hidden = request.capacity != 0 || request.hidden;
  const auto counts = [=](const Member* each) { return each != nullptr && (counts_hidden || !each->hidden); };
  const Member* own = client.member != nullptr && &client.member->room == &room ? client.member : nullptr;
  std::size_t stay = counts_hidden ? room.members.size() : room.visible.size();
  if (counts(own)) --stay;
  if (same != own && counts(same)) --stay;
  if (stay >= (request.capacity != 0 ? request.capacity : state.limits.members)) {
    return Refused{Refusal::room_full, "the room is full"};
  }
  return std::nullopt;
}

std::optional<Refused> why_not(CoreState& state, const Client& client, const JoinRequest& request, Now now) {
  if (request.resume_only) return Refused{Refusal::unauthorized, "there is no such place to take back"};
  if (state.draining) return Refused{Refusal::draining, "the server takes no one new: it is about to stop"};
  if (state.tombstones.has_room(request.room, now.mono)) {
    return Refused{Refusal::unauthorized, "the room was closed"};
  }
  if (state.tombstones.has_member(request.room, request.user, now.mono)) {
    return Refused{Refusal::unauthorized, "this user was removed from the room"};
  }
  const Room* room = state.find_room(request.room);
  return room == nullptr ? why_not_new(state, client) : why_not_this(state, *room, client, request);
}

void enter(CoreState& state, Client& client, JoinRequest request, Now now, std::vector<Delivery>& out) {
  if (client.member != nullptr) end_member(state, *client.member, LeaveReason::left, now, out);
  Room& room = open_room(state, request, client, now);
  if (Member* same = room.find(request.user); same != nullptr) {
    remove_member(state, *same, LeaveReason::replaced, out);
  }
  Member& member = add_member(state, room, std::move(request), client, now);
  ++state.counters.joins;
  tell(client, describe(state, member, false), out);
  if (!member.hidden) announce(state, room, &member, make_notice(PeerJoined{{member.user, member.name}}), out);
  for (const auto& notice : state.held.take(room, member.user)) send(state, member, notice, out);
}

}  // namespace

Joined describe(CoreState& state, Member& member, bool resumed) {
  Joined joined{.room = std::string(member.room.id),
                .user = member.user,
                .name = member.name,
                .peers = {},
                .resume = draw_resume(state, member),
                .resumed = resumed,
                .may = member.may};
  joined.peers.reserve(member.room.visible.size());
  for (const Member* peer : member.room.visible) {
    if (peer != &member) joined.peers.push_back({peer->user, peer->name});
  }
  return joined;
}

void join(CoreState& state, Client& client, JoinRequest request, Now now, std::vector<Delivery>& out) {
  if (!is_sound(request)) {
    refuse(state, client, {Refusal::bad_message, "a room, user or name is too long or no clean text"}, out);
    return;
  }
  const bool wants_place = !request.resume.empty();
  if (wants_place && resume(state, client, request, now, out)) return;
  if (request.room.empty()) request.room = draw_id(state.random);
  if (request.user.empty()) request.user = draw_id(state.random);
  if (const std::optional<Refused> refused = why_not(state, client, request, now)) {
    refuse(state, client, *refused, out);
    return;
  }
  if (wants_place) ++state.counters.failed_resumes;
  enter(state, client, std::move(request), now, out);
}

}  // namespace turnpike::rooms
