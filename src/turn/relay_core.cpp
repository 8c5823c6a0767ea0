#include "turnpike/turn/relay_core.hpp"

#include <utility>
#include <variant>

#include "turn/core_state.hpp"
#include "turn/end_allocation.hpp"
#include "turn/handle_allocate.hpp"
#include "turn/peer_connection.hpp"
#include "turn/relay_peer.hpp"

namespace turnpike::turn {

CoreState::CoreState(std::shared_ptr<const CoreConfig> core_config, const RelayCore::Environment& environment)
    : config(std::move(core_config)),
      env(environment),
      hash(KeyedHash::draw_key(environment.random)),
      nonces(config->nonce_secret, config->credentials.realm(), config->nonce_lifetime,
             config->credentials.offers_username_anonymity()),
      allocations(config->max_allocations, hash),
      connections(config->max_core_connections, environment.worker),
      revocations(RelayCore::kMaxRevocations, hash),
      redirections(environment.worker) {}

RelayCore::RelayCore(std::shared_ptr<const CoreConfig> config, const Environment& environment)
    : state_(std::make_unique<CoreState>(std::move(config), environment)) {}

RelayCore::~RelayCore() = default;

// on_client_datagram() stands in relay_channel.cpp, where most datagrams go.

PeerVerdict RelayCore::on_peer_datagram(AllocationId allocation, const Endpoint& source, std::size_t length,
                                        Now now) noexcept {
  return relay_peer(*state_, allocation, source, length, now);
}

std::optional<DropReason> RelayCore::on_peer_icmp(AllocationId allocation, const Endpoint& peer, const stun::Icmp& icmp,
                                                  Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  return relay_icmp(*state_, allocation, peer, icmp, now, outbox);
}

bool RelayCore::on_relay_socket(AllocationId allocation, std::optional<Endpoint> local, AddressFamily family, Now now,
                                Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  Allocation* found = state_->allocations.find(allocation);
  if (found == nullptr || found->state != Allocation::State::opening) return false;
  on_relay_socket_opened(*state_, *found, local, family, now, outbox);
  return true;
}

bool RelayCore::awaits_relay_socket(AllocationId allocation) const noexcept {
  const Allocation* found = state_->allocations.find(allocation);
  return found != nullptr && found->state == Allocation::State::opening;
}

bool RelayCore::take_reservation(const ReservationToken& token, std::string_view user, Now now) noexcept {
  const auto taken = state_->reservations.take(token, user, now.mono);
  if (!taken) return false;
  state_->env.quota.release(*taken->account, taken->client);
  return true;
}

std::optional<ConnectionId> RelayCore::on_peer_connection(AllocationId allocation, const Endpoint& peer, Now now,
                                                          Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  return accept_peer(*state_, allocation, peer, now, outbox);
}

bool RelayCore::on_peer_connected(ConnectionId connection, bool connected, Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  return complete_connect(*state_, connection, connected, now, outbox);
}

std::optional<AllocationId> RelayCore::take_connection(ConnectionId connection, std::string_view username,
                                                       Now now) noexcept {
  return bind_connection(*state_, connection, username, now);
}

void RelayCore::on_connection_closed(ConnectionId connection) noexcept {
  if (PeerConnection* found = state_->connections.find(connection)) forget_connection(*state_, *found);
}

Duration RelayCore::on_connection_data(ConnectionId connection, DataDirection direction, std::size_t bytes,
                                       Now now) noexcept {
  return charge_connection(*state_, connection, direction, bytes, now);
}

void RelayCore::on_client_closed(const FiveTuple& five_tuple, Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  if (Allocation* allocation = state_->allocations.find(five_tuple)) {
    end_allocation(*state_, *allocation, EndReason::client_gone, now, outbox);
  }
}

namespace {

// A dual allocation's addresses may run out one after the other.
void expire(CoreState& state, Allocation& allocation, Now now, Outbox& outbox) noexcept {
  if (allocation.state == Allocation::State::opening) {
    end_allocation(state, allocation, EndReason::expired, now, outbox);
    return;
  }
  for (const AddressFamily family : kAddressFamilies) {
    const RelayedAddress& relayed = allocation.relayed_of(family);
    if (relayed.state != RelayedAddress::State::open || relayed.expires > now.mono) continue;
    end_relayed_address(state, allocation, family, EndReason::expired, now, outbox);
    return;  // the allocation may be gone; what else is due comes with the next turn of tick()
  }
}

}  // namespace

void RelayCore::tick(Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  while (outbox.room() >= Outbox::kPerEvent) {
    const auto slot = state_->expiries.due(now.mono);
    if (!slot) break;
    expire(*state_, state_->allocations.at(*slot), now, outbox);
  }
  while (outbox.room() >= Outbox::kPerEvent && outbox.message_room() > 0) {
    PeerConnection* connection = state_->connections.due(now.mono);
    if (connection == nullptr) break;
    expire_connection(*state_, *connection, now, outbox);
  }
  while (outbox.room() >= Outbox::kPerEvent) {
    const auto expired = state_->reservations.take_expired(now.mono);
    if (!expired) break;
    state_->env.quota.release(*expired->account, expired->client);
    outbox.push(DropReservation{expired->token});
  }
}

std::optional<Instant> RelayCore::next_deadline() const noexcept {
  std::optional<Instant> earliest;
  for (const auto& deadline :
       {state_->expiries.next_deadline(), state_->reservations.next_deadline(), state_->connections.next_deadline()}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void RelayCore::start_draining() noexcept { state_->draining = true; }

bool RelayCore::end_all(Now now, Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  for (std::uint32_t slot = 0; slot < state_->allocations.slot_count() && outbox.room() >= Outbox::kPerEvent; ++slot) {
    Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state != Allocation::State::free) {
      end_allocation(*state_, allocation, EndReason::stopped, now, outbox);
    }
  }
  return state_->allocations.size() == 0;
}

std::size_t RelayCore::allocation_count() const noexcept { return state_->allocations.size(); }

std::size_t RelayCore::reservation_count() const noexcept { return state_->reservations.size(); }

std::size_t RelayCore::connection_count() const noexcept { return state_->connections.size(); }

}  // namespace turnpike::turn
