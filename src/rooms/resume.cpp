#include "rooms/resume.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "rooms/join.hpp"
#include "rooms/membership.hpp"
#include "rooms/telling.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::rooms {
namespace {

// The text is base64url of the member's serial, by which it is found, and of its secret.
constexpr std::size_t kSerialBytes = 8;
using Plain = std::array<std::uint8_t, kSerialBytes + sizeof(Member::secret)>;

Member* find_member(CoreState& state, const JoinRequest& request) {
  Plain plain{};
  if (!base64url_decode(request.resume, plain)) return nullptr;
  const Room* room = state.find_room(request.room);
  if (room == nullptr) return nullptr;
  const std::span bytes{plain};
  const auto found = room->members.find(load_be<std::uint64_t>(bytes.first<kSerialBytes>()));
  if (found == room->members.end()) return nullptr;
  Member& member = *found->second;
  if (!member.keeps_place || !constant_time_equal(bytes.subspan<kSerialBytes>(), member.secret)) return nullptr;
  return request.user.empty() || request.user == member.user ? &member : nullptr;
}

void take_over(CoreState& state, Member& member, Client& client, std::vector<Delivery>& out) {
  if (member.client != nullptr && member.client != &client) {
    tell(*member.client, Removed{LeaveReason::replaced}, out);
    member.client->member = nullptr;
  }
  if (member.place_ends) state.deadlines.erase(*member.place_ends);
  member.place_ends.reset();
  member.client = &client;
  client.member = &member;
}

void tell_what_was_kept(CoreState& state, const Member& member, std::vector<Delivery>& out) {
  state.kept.for_each(member.kept, [&](std::uint64_t sequence, const std::shared_ptr<const Notice>& notice) {
    out.push_back({member.client->id, sequence, notice});
    ++state.counters.deliveries;
  });
}

}  // namespace

std::string draw_resume(CoreState& state, Member& member) {
  if (!member.keeps_place) return {};
  state.random.fill(member.secret);
  Plain plain{};
  const std::span bytes{plain};
  store_be<std::uint64_t>(bytes.first<kSerialBytes>(), member.serial);
  std::ranges::copy(member.secret, bytes.subspan<kSerialBytes>().begin());
  std::string text((4 * plain.size() + 2) / 3, '\0');
  text.resize(base64url_encode(plain, text));
  return text;
}

bool resume(CoreState& state, Client& client, const JoinRequest& request, Now now, std::vector<Delivery>& out) {
  Member* member = find_member(state, request);
  if (member == nullptr) return false;
  const std::uint64_t on_socket = member->client != nullptr ? member->last_sequence : member->last_on_socket;
  const std::uint64_t seen = request.seen.value_or(on_socket);
  if (seen < member->kept.gone_through() || seen > on_socket) return false;
  Member* left = client.member != member ? client.member : nullptr;
  if (left != nullptr) left->client = nullptr;
  take_over(state, *member, client, out);
  state.kept.forget(member->kept, seen);
  state.kept.mark_sent(member->kept);
  member->dialect = request.dialect;
  if (!request.resume_only) member->may = request.may;
  tell(client, describe(state, *member, true), out, seen);
  tell_what_was_kept(state, *member, out);
  ++state.counters.resumes;
  if (left != nullptr) end_member(state, *left, LeaveReason::left, now, out);
  return true;
}

}  // namespace turnpike::rooms
