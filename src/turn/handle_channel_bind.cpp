#include "turn/handle_channel_bind.hpp"

#include <new>

#include "turn/find_allocation.hpp"
#include "turn/judge_peer.hpp"
#include "turn/reply.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/framing.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

Refused bind(CoreState& state, Allocation& allocation, std::uint16_t number, const Endpoint& peer, Now now) noexcept {
  const CoreConfig& config = *state.config;
  try {
    switch (allocation.peers.bind_channel(number, peer, config.relays.to_wire(peer), now.mono, config.max_permissions,
                                          config.max_channels)) {
      case BindResult::bound: return std::nullopt;
      case BindResult::conflict: return Refusal(ErrorCode::bad_request);
      case BindResult::full: return Refusal(ErrorCode::insufficient_capacity);
    }
  } catch (const std::bad_alloc&) {
    return Refusal(ErrorCode::insufficient_capacity);
  }
  return Refusal(ErrorCode::server_error);
}

}  // namespace

Refused handle_channel_bind(CoreState& state, const Request& request) noexcept {
  const auto found = find_allocation(state, request);
  if (!found) return found.error();
  Allocation& allocation = **found;

  // A TCP control connection carries TURN messages only, no application data and so no ChannelData (RFC 6062 section
  // 3).
  if (allocation.protocol == RelayProtocol::tcp) return Refusal(ErrorCode::bad_request);
  const auto number_attribute = request.message.find(AttributeType::channel_number);
  const auto peer_attribute = request.message.find(AttributeType::xor_peer_address);
  if (!number_attribute || !peer_attribute) return Refusal(ErrorCode::bad_request);
  const auto number = stun::read_channel_number(number_attribute->value);
  const auto peer = stun::read_xor_address(peer_attribute->value, request.message.transaction_id());
  if (!number || !peer) return Refusal(ErrorCode::bad_request);
  if (*number < stun::kMinChannelNumber || *number > state.config->max_channel_number) {
    return Refusal(ErrorCode::bad_request);
  }
  if (!allocation.has_family(peer->address.family())) return Refusal(ErrorCode::peer_address_family_mismatch);
  if (!may_have_peer(state, allocation, *peer)) return Refusal(ErrorCode::forbidden);

  if (auto refusal = bind(state, allocation, *number, *peer, request.now)) return refusal;
  send_success(reply_context(request), request.outbox, [](stun::MessageBuilder&) {});
  return std::nullopt;
}

}  // namespace turnpike::turn
