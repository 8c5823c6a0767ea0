#include "turn/relay_indication.hpp"

#include "turn/judge_peer.hpp"
#include "turn/known_attributes.hpp"
#include "turn/relay_channel.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {

ClientVerdict relay_send_indication(CoreState& state, const FiveTuple& five_tuple, const stun::MessageView& message,
                                    Now now) noexcept {
  // RFC 8489 section 6.3.2: unknown comprehension-required attributes discard an indication.
  if (stun::find_unknown_required(message, is_known_attribute).count > 0) {
    return ClientVerdict::drop(DropReason::unknown_indication);
  }
  const auto peer_attribute = message.find(stun::AttributeType::xor_peer_address);
  const auto payload = message.find(stun::AttributeType::data);
  if (!peer_attribute || !payload) return ClientVerdict::drop(DropReason::malformed_stun);
  const auto peer = stun::read_xor_address(peer_attribute->value, message.transaction_id());
  if (!peer) return ClientVerdict::drop(DropReason::malformed_stun);

  Allocation* allocation = state.allocations.find(five_tuple);
  if (allocation == nullptr || allocation->state != Allocation::State::live) {
    return ClientVerdict::drop(DropReason::no_allocation);
  }
  if (allocation->protocol == RelayProtocol::tcp) return ClientVerdict::drop(DropReason::tcp_allocation);
  if (!allocation->has_family(peer->address.family())) return ClientVerdict::drop(DropReason::family_mismatch);
  if (!allocation->peers.is_permitted(peer->address, now.mono)) return ClientVerdict::drop(DropReason::no_permission);
  if (!may_have_peer(state, *allocation, *peer)) return ClientVerdict::drop(DropReason::peer_denied);
  if (!admit_to_peer(state, *allocation, payload->value.size(), now)) {
    return ClientVerdict::drop(DropReason::rate_limited);
  }
  return {.kind = ClientVerdict::Kind::forward,
          .dont_fragment = message.has(stun::AttributeType::dont_fragment),
          .allocation = allocation->id,
          .to = state.config->relays.to_wire(*peer),
          .payload = payload->value};
}

}  // namespace turnpike::turn
