#include "turn/peer_connection.hpp"

#include <algorithm>
#include <new>

#include "turn/reply.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using State = PeerConnection::State;

ReplyContext connect_reply(const PeerConnection& connection, const Allocation& allocation) noexcept {
  const ConnectAnswer& answer = *connection.answer;
  return {allocation.five_tuple, stun::Method::connect, answer.transaction_id, answer.integrity, answer.fingerprint};
}

Allocation& owner_of(CoreState& state, const PeerConnection& connection) noexcept {
  Allocation* allocation = state.allocations.find(connection.allocation);
  TURNPIKE_CHECK(allocation != nullptr);  // no connection outlives its allocation
  return *allocation;
}

bool send_attempt(CoreState& state, const PeerConnection& connection, const Allocation& allocation,
                  Outbox& outbox) noexcept {
  stun::TransactionId transaction_id{};
  state.env.random.fill(transaction_id);
  stun::MessageBuilder builder(outbox.message_buffer(), stun::Method::connection_attempt,
                               stun::MessageClass::indication, transaction_id);
  builder.add_xor_address(AttributeType::xor_peer_address, connection.peer)
      .add_u32(AttributeType::connection_id, connection.id.value);
  const ByteSpan message = builder.finish();
  if (message.empty()) return false;
  outbox.push(SendToClient{allocation.five_tuple, message});
  return true;
}

bool may_connect_in(const CoreState& state, const Allocation& allocation, const Endpoint& peer, Now now) noexcept {
  return allocation.has_family(peer.address.family()) && allocation.peers.is_permitted(peer.address, now.mono) &&
         state.config->peers->judge(peer) == PeerJudgement::allowed && !has_connection_to(state, allocation, peer);
}

void send_connect_failure(CoreState& state, const PeerConnection& connection, Now now, Outbox& outbox) noexcept {
  const Allocation& allocation = owner_of(state, connection);
  send_error(state, connect_reply(connection, allocation), Refusal(stun::ErrorCode::connection_timeout_or_failure), now,
             outbox);
}

}  // namespace

bool has_connection_to(const CoreState& state, const Allocation& allocation, const Endpoint& peer) noexcept {
  return std::ranges::any_of(allocation.connections,
                             [&](std::uint32_t slot) { return state.connections.at(slot).peer == peer; });
}

PeerConnection* add_connection(CoreState& state, Allocation& allocation, const Endpoint& peer) {
  if (allocation.connections.size() >= state.config->max_peer_connections) return nullptr;
  allocation.connections.reserve(allocation.connections.size() + 1);
  PeerConnection* connection = state.connections.insert(state.env.random);
  if (connection == nullptr) return nullptr;
  allocation.connections.push_back(connection->slot);
  connection->allocation = allocation.id;
  connection->peer = peer;
  return connection;
}

void send_connect_success(const PeerConnection& connection, const Allocation& allocation, Outbox& outbox) noexcept {
  send_success(connect_reply(connection, allocation), outbox, [&connection](stun::MessageBuilder& builder) {
    builder.add_u32(AttributeType::connection_id, connection.id.value);
  });
}

std::optional<ConnectionId> accept_peer(CoreState& state, AllocationId id, const Endpoint& source, Now now,
                                        Outbox& outbox) noexcept {
  Allocation* allocation = state.allocations.find(id);
  if (allocation == nullptr || allocation->protocol != RelayProtocol::tcp) return std::nullopt;
  const Endpoint peer = state.config->relays.from_wire(
      source, [&](const Endpoint& known) { return may_connect_in(state, *allocation, known, now); });
  if (!may_connect_in(state, *allocation, peer, now)) return std::nullopt;
  PeerConnection* connection = nullptr;
  try {
    connection = add_connection(state, *allocation, peer);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
  if (connection == nullptr) return std::nullopt;
  if (!send_attempt(state, *connection, *allocation, outbox)) {
    forget_connection(state, *connection);
    return std::nullopt;
  }
  connection->state = State::unbound;
  state.connections.schedule(*connection, now.mono + kUnboundTimeout);
  return connection->id;
}

bool complete_connect(CoreState& state, ConnectionId id, bool connected, Now now, Outbox& outbox) noexcept {
  PeerConnection* connection = state.connections.find(id);
  if (connection == nullptr || connection->state != State::connecting) return false;
  if (!connected) {
    send_connect_failure(state, *connection, now, outbox);
    forget_connection(state, *connection);
    return true;
  }
  connection->state = State::unbound;
  state.connections.schedule(*connection, now.mono + kUnboundTimeout);
  send_connect_success(*connection, owner_of(state, *connection), outbox);
  return true;
}

std::optional<AllocationId> bind_connection(CoreState& state, ConnectionId id, std::string_view username,
                                            Now now) noexcept {
  PeerConnection* connection = state.connections.find(id);
  if (connection == nullptr || connection->state != State::unbound) return std::nullopt;
  if (owner_of(state, *connection).username != username) return std::nullopt;
  // The timer may be late: what it is about to close is not given away any more.
  if (connection->expires <= now.mono) return std::nullopt;
  connection->state = State::bound;
  state.connections.cancel(*connection);
  return connection->allocation;
}

Duration charge_connection(CoreState& state, ConnectionId id, DataDirection direction, std::size_t bytes,
                           Now now) noexcept {
  const PeerConnection* connection = state.connections.find(id);
  if (connection == nullptr || connection->state != State::bound) return Duration{0};
  Allocation& allocation = owner_of(state, *connection);
  const CoreConfig& config = *state.config;
  const bool to_peer = direction == DataDirection::to_peer;
  (to_peer ? allocation.traffic.bytes_to_peers : allocation.traffic.bytes_to_client) += bytes;
  TokenBucket& own = to_peer ? allocation.to_peers : allocation.to_client;
  TokenBucket& shared = to_peer ? allocation.account->to_peers : allocation.account->to_client;
  return std::max(own.charge(config.allocation_rate, bytes, now.mono),
                  shared.charge(config.user_rate, bytes, now.mono));
}

void expire_connection(CoreState& state, PeerConnection& connection, Now now, Outbox& outbox) noexcept {
  if (connection.state == State::connecting) send_connect_failure(state, connection, now, outbox);
  outbox.push(ClosePeerConnection{connection.id});
  forget_connection(state, connection);
}

void forget_connection(CoreState& state, PeerConnection& connection) noexcept {
  std::erase(owner_of(state, connection).connections, connection.slot);
  state.connections.erase(connection);
}

void forget_connections(CoreState& state, Allocation& allocation) noexcept {
  for (const std::uint32_t slot : allocation.connections) state.connections.erase(state.connections.at(slot));
  allocation.connections.clear();
}

}  // namespace turnpike::turn
