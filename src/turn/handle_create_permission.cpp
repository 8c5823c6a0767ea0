#include "turn/handle_create_permission.hpp"

#include <array>
#include <new>

#include "turn/find_allocation.hpp"
#include "turn/judge_peer.hpp"
#include "turn/reply.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

struct Peers {
  std::array<IpAddress, stun::kMaxAttributes> addresses{};
  std::size_t count = 0;
  bool malformed = false;
};

Peers read_peers(const stun::MessageView& message) noexcept {
  Peers peers;
  message.for_each_actionable([&](const stun::Attribute& attribute) {
    if (attribute.type != AttributeType::xor_peer_address) return true;
    const auto peer = stun::read_xor_address(attribute.value, message.transaction_id());
    peers.malformed = !peer || peers.count == peers.addresses.size();
    if (!peers.malformed) peers.addresses[peers.count++] = peer->address;
    return !peers.malformed;
  });
  return peers;
}

}  // namespace

Refused handle_create_permission(CoreState& state, const Request& request) noexcept {
  const auto found = find_allocation(state, request);
  if (!found) return found.error();
  Allocation& allocation = **found;

  const Peers peers = read_peers(request.message);
  if (peers.malformed || peers.count == 0) return Refusal(ErrorCode::bad_request);
  const auto addresses = std::span(peers.addresses).first(peers.count);
  for (const IpAddress& address : addresses) {
    if (!allocation.has_family(address.family())) return Refusal(ErrorCode::peer_address_family_mismatch);
  }
  for (const IpAddress& address : addresses) {
    if (!may_have_peer(state, allocation, address)) return Refusal(ErrorCode::forbidden);
  }
  try {
    if (!allocation.peers.install_permissions(addresses, request.now.mono, state.config->max_permissions)) {
      return Refusal(ErrorCode::insufficient_capacity);
    }
  } catch (const std::bad_alloc&) {
    return Refusal(ErrorCode::insufficient_capacity);
  }
  send_success(reply_context(request), request.outbox, [](stun::MessageBuilder&) {});
  return std::nullopt;
}

}  // namespace turnpike::turn
