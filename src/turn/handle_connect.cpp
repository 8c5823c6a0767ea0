#include "turn/handle_connect.hpp"

#include <algorithm>
#include <new>

#include "turn/find_allocation.hpp"
#include "turn/judge_peer.hpp"
#include "turn/peer_connection.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;

bool is_port_open(const CoreConfig& config, std::uint16_t port) noexcept {
  return std::ranges::any_of(config.tcp_peer_ports, [port](const PeerPorts& ports) { return ports.contains(port); });
}

PeerConnection* find_retransmitted(CoreState& state, const Allocation& allocation,
                                   const stun::TransactionId& transaction_id) noexcept {
  for (const std::uint32_t slot : allocation.connections) {
    PeerConnection& connection = state.connections.at(slot);
    if (connection.answer && connection.answer->transaction_id == transaction_id) return &connection;
  }
  return nullptr;
}

// Whether the peer may be connected to. RFC 6062 asks for no permission here, and it would keep nobody out: a client
// installs its own. What decides is the "local policy", that is the operator's word on peers and ports.
Refused check_peer(const CoreState& state, const Allocation& allocation, const Endpoint& peer) noexcept {
  if (has_connection_to(state, allocation, peer)) return Refusal(ErrorCode::connection_already_exists);
  // As for every other request that names a peer (RFC 8656 section 10.2); RFC 6062 was written before IPv6 relaying.
  if (!allocation.has_family(peer.address.family())) return Refusal(ErrorCode::peer_address_family_mismatch);
  if (!may_have_peer(state, allocation, peer) || !is_port_open(*state.config, peer.port))
    return Refusal(ErrorCode::forbidden);
  return std::nullopt;
}

Refused start_connection(CoreState& state, Allocation& allocation, const Endpoint& peer, const Request& request) {
  PeerConnection* connection = add_connection(state, allocation, peer);
  if (connection == nullptr) return Refusal(ErrorCode::insufficient_capacity);
  connection->answer = {request.message.transaction_id(), request.authentication.integrity,
                        request.message.has(AttributeType::fingerprint)};
  state.connections.schedule(*connection, request.now.mono + kConnectTimeout);
  request.outbox.push(
      ConnectPeer{allocation.id, connection->id, peer.address.family(), state.config->relays.to_wire(peer)});
  return std::nullopt;
}

}  // namespace

Refused handle_connect(CoreState& state, const Request& request) noexcept {
  const auto found = find_allocation(state, request);
  if (!found) return found.error();
  Allocation& allocation = **found;
  // A UDP allocation is none on which a Connect could be meant: "a TCP connection for which no allocation exists".
  if (allocation.protocol != RelayProtocol::tcp) return Refusal(ErrorCode::allocation_mismatch);

  if (const auto* same = find_retransmitted(state, allocation, request.message.transaction_id())) {
    if (same->state != PeerConnection::State::connecting) send_connect_success(*same, allocation, request.outbox);
    return std::nullopt;  // or the answer is still under way
  }
  // The RFC has 446 in front of 400, but without a peer there is nothing to compare.
  const auto attribute = request.message.find(AttributeType::xor_peer_address);
  if (!attribute) return Refusal(ErrorCode::bad_request);
  const auto peer = stun::read_xor_address(attribute->value, request.message.transaction_id());
  if (!peer) return Refusal(ErrorCode::bad_request);
  if (auto refusal = check_peer(state, allocation, *peer)) return refusal;
  try {
    return start_connection(state, allocation, *peer, request);
  } catch (const std::bad_alloc&) {
    return Refusal(ErrorCode::insufficient_capacity);
  }
}

}  // namespace turnpike::turn
