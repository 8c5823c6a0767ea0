#include "turnpike/rooms/room_core.hpp"

#include <algorithm>
#include <utility>

#include "rooms/expiry.hpp"
#include "rooms/join.hpp"
#include "rooms/membership.hpp"
#include "rooms/room_core_state.hpp"
#include "rooms/speak.hpp"
#include "rooms/telling.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::rooms {

RoomCore::RoomCore(const RoomLimits& limits, Random& random) : state_(std::make_unique<State>(limits, random)) {}
RoomCore::~RoomCore() = default;

void RoomCore::set_limits(const RoomLimits& limits) { state_->limits = limits; }

std::optional<Refusal> RoomCore::connect(ClientId client, const IpAddress& address, Now /*now*/) {
  const RoomLimits& limits = state_->limits;
  if (state_->clients.size() >= limits.clients ||
      state_->clients_by_address.count(address) >= limits.clients_per_address) {
    count_refusal(Refusal::rate_limited);
    return Refusal::rate_limited;
  }
  const bool is_new = state_->clients.try_emplace(client, Client{.id = client, .address = address}).second;
  TURNPIKE_CHECK(is_new);
  state_->clients_by_address.add(address);
  return std::nullopt;
}

void RoomCore::disconnect(ClientId client, Now now, std::vector<Delivery>& out) {
  const auto found = state_->clients.find(client);
  if (found == state_->clients.end()) return;
  if (found->second.member != nullptr) lose_socket(*state_, *found->second.member, now, out);
  state_->clients_by_address.remove(found->second.address);
  state_->clients.erase(found);
  settle(*state_, now, out);
}

bool RoomCore::admit(ClientId client, std::size_t bytes, Now now) {
  Client* found = state_->find_client(client);
  if (found == nullptr) return false;
  if (found->rate.take(state_->limits.messages_per_second, bytes, now.mono)) return true;
  count_refusal(Refusal::rate_limited);
  return false;
}

void RoomCore::count_refusal(Refusal refusal) noexcept {
  ++state_->counters.refusals[static_cast<std::size_t>(refusal)];
}

void RoomCore::join(ClientId client, JoinRequest request, Now now, std::vector<Delivery>& out) {
  if (Client* found = state_->find_client(client)) rooms::join(*state_, *found, std::move(request), now, out);
  settle(*state_, now, out);
}

void RoomCore::signal(ClientId client, std::string_view target, std::uint8_t tag, Body body, IfAbsent if_absent,
                      Now now, std::vector<Delivery>& out) {
  const Client* found = state_->find_client(client);
  if (found != nullptr) rooms::signal(*state_, *found, target, {{}, tag, std::move(body)}, if_absent, now, out);
  settle(*state_, now, out);
}

void RoomCore::chat(ClientId client, std::string text, Now now, std::vector<Delivery>& out) {
  if (const Client* found = state_->find_client(client)) rooms::chat(*state_, *found, std::move(text), now, out);
  settle(*state_, now, out);
}

void RoomCore::leave(ClientId client, Now now, std::vector<Delivery>& out) {
  const Client* found = state_->find_client(client);
  if (found == nullptr) return;
  if (found->member == nullptr) {
    refuse(*state_, *found, {Refusal::not_in_room, "join a room first"}, out);
    return;
  }
  end_member(*state_, *found->member, LeaveReason::left, now, out);
  settle(*state_, now, out);
}

void RoomCore::acknowledge(ClientId client, std::uint64_t sequence) {
  const Client* found = state_->find_client(client);
  if (found != nullptr && found->member != nullptr) state_->kept.forget(found->member->kept, sequence);
}

bool RoomCore::kick(std::string_view room, std::string_view user, Now now, std::vector<Delivery>& out) {
  const Room* found = state_->find_room(room);
  Member* member = found == nullptr ? nullptr : found->find(user);
  if (member == nullptr) return false;
  state_->tombstones.add_member(room, user, now.mono + state_->limits.closed_room);
  ++state_->counters.kicked;
  end_member(*state_, *member, LeaveReason::kicked, now, out);
  settle(*state_, now, out);
  return true;
}

bool RoomCore::close(std::string_view room, Now now, std::vector<Delivery>& out) {
  Room* found = state_->find_room(room);
  if (found == nullptr) return false;
  state_->tombstones.add_room(room, now.mono + state_->limits.closed_room);
  ++state_->counters.closed;
  while (!found->members.empty()) {
    remove_member(*state_, *found->members.begin()->second, LeaveReason::closed, out);
  }
  drop_room(*state_, *found);
  return true;
}

void RoomCore::start_draining() noexcept { state_->draining = true; }

void RoomCore::tick(Now now, std::vector<Delivery>& out) {
  state_->tombstones.expire(now.mono);
  end_what_is_due(*state_, now, out);
  give_up_held(*state_, now, out);
  settle(*state_, now, out);
}

Instant RoomCore::next_deadline() const noexcept {
  const Instant first = state_->deadlines.empty() ? kNever : state_->deadlines.begin()->first;
  return std::min({first, state_->held.next_deadline(), state_->tombstones.next_deadline()});
}

std::size_t RoomCore::client_count() const noexcept { return state_->clients.size(); }
std::size_t RoomCore::room_count() const noexcept { return state_->rooms.size(); }
std::size_t RoomCore::member_count() const noexcept { return state_->members; }
std::size_t RoomCore::kept_bytes() const noexcept { return state_->kept.bytes() + state_->held.bytes(); }
const RoomCore::Counters& RoomCore::counters() const noexcept { return state_->counters; }

}  // namespace turnpike::rooms
