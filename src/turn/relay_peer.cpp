#include "turn/relay_peer.hpp"

#include <algorithm>

#include "turn/allocation_rate.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::turn {
namespace {

// Indications are not answered, so their ids only have to differ. Hashing a counter costs less than asking for
// randomness for every packet, and still tells nothing about how many there were.
stun::TransactionId next_indication_id(CoreState& state) noexcept {
  std::array<std::uint8_t, 8> counter{};
  store_be(std::span<std::uint8_t, 8>(counter), ++state.data_indications);
  stun::TransactionId id{};
  ByteWriter writer(id);
  writer.write_u64(state.hash(ByteSpan(counter)));
  writer.write_u32(static_cast<std::uint32_t>(state.data_indications));
  return id;
}

bool admit_to_client(const CoreState& state, Allocation& allocation, std::size_t bytes, Now now) noexcept {
  const CoreConfig& config = *state.config;
  if (!allocation.to_client.take(allocation_rate(config, allocation), bytes, now.mono)) return false;
  if (!allocation.account->to_client.take(config.user_rate, bytes, now.mono)) return false;
  ++allocation.traffic.packets_to_client;
  allocation.traffic.bytes_to_client += bytes;
  return true;
}

// A relayed address whose external one has changed has two spellings while allocations of both times live: the client
// means the one that it has named.
Endpoint as_client_knows(const CoreState& state, const Allocation& allocation, const Endpoint& source,
                         Now now) noexcept {
  const RelayAddresses& relays = state.config->relays;
  if (!relays.has_former()) return relays.from_wire(source);
  const PeerTable& peers = allocation.peers;
  const auto has_channel = [&](const Endpoint& peer) { return peers.find_channel_of(peer, now.mono) != nullptr; };
  const Endpoint bound = relays.from_wire(source, has_channel);
  if (has_channel(bound)) return bound;
  return relays.from_wire(source, [&](const Endpoint& peer) { return peers.is_permitted(peer.address, now.mono); });
}

}  // namespace

PeerVerdict relay_peer(CoreState& state, AllocationId id, const Endpoint& source, std::size_t length,
                       Now now) noexcept {
  Allocation* allocation = state.allocations.find(id);
  if (allocation == nullptr) return PeerVerdict::drop(DropReason::stale_relay_socket);
  PeerVerdict verdict;
  verdict.peer = as_client_knows(state, *allocation, source, now);
  const Channel* channel = allocation->peers.find_channel_of(verdict.peer, now.mono);
  const bool permitted = channel != nullptr ? allocation->peers.is_permitted(*channel, now.mono)
                                            : allocation->peers.is_permitted(verdict.peer.address, now.mono);
  if (!permitted) return PeerVerdict::drop(DropReason::no_permission);
  if (!admit_to_client(state, *allocation, length, now)) return PeerVerdict::drop(DropReason::rate_limited);
  verdict.client = allocation->five_tuple;
  if (channel != nullptr) {
    verdict.kind = PeerVerdict::Kind::channel_data;
    verdict.channel = channel->number;
  } else {
    verdict.kind = PeerVerdict::Kind::data_indication;
    verdict.transaction_id = next_indication_id(state);
  }
  return verdict;
}

std::optional<DropReason> relay_icmp(CoreState& state, AllocationId id, const Endpoint& peer, const stun::Icmp& icmp,
                                     Now now, Outbox& outbox) noexcept {
  const Allocation* allocation = state.allocations.find(id);
  if (allocation == nullptr) return DropReason::stale_relay_socket;
  const Endpoint known = as_client_knows(state, *allocation, peer, now);
  if (!allocation->peers.is_permitted(known.address, now.mono)) return DropReason::icmp_not_permitted;
  stun::MessageBuilder builder(outbox.message_buffer(), stun::Method::data, stun::MessageClass::indication,
                               next_indication_id(state));
  builder.add_xor_address(stun::AttributeType::xor_peer_address, known).add_icmp(icmp.type, icmp.code, icmp.error_data);
  const ByteSpan message = builder.finish();
  if (message.empty()) return DropReason::unanswerable;
  outbox.push(SendToClient{allocation->five_tuple, message});
  return std::nullopt;
}

}  // namespace turnpike::turn
