#include "turn/relay_channel.hpp"

#include <algorithm>

#include "turn/allocation_rate.hpp"
#include "turn/dispatch.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/stun/framing.hpp"

namespace turnpike::turn {

// [packet-path 6 begin] channel to peer, permission and lifetime, rate limit
namespace {

const Channel* find_channel(std::span<const Channel> channels, std::uint16_t number, Instant now) noexcept {
  const auto found = std::ranges::lower_bound(channels, number, {}, &Channel::number);
  if (found == channels.end() || found->number != number || found->expires <= now) return nullptr;
  return &*found;
}

}  // namespace

bool admit_to_peer(const CoreState& state, Allocation& allocation, std::size_t bytes, Now now) noexcept {
  const CoreConfig& config = *state.config;
  if (!allocation.to_peers.take(allocation_rate(config, allocation), bytes, now.mono)) return false;
  if (!allocation.account->to_peers.take(config.user_rate, bytes, now.mono)) return false;
  ++allocation.traffic.packets_to_peers;
  allocation.traffic.bytes_to_peers += bytes;
  return true;
}

namespace {

// RFC 8656 section 12.6. Its MUST NOT holds by construction: nothing here refreshes a channel or a permission.
ClientVerdict relay_channel(CoreState& state, const FiveTuple& five_tuple, ByteSpan datagram, Now now) noexcept {
  const auto message = stun::parse_channel_data(datagram, state.config->max_channel_number);
  if (!message) return ClientVerdict::drop(message.error());
  Allocation* allocation = state.allocations.find(five_tuple);
  if (allocation == nullptr) return ClientVerdict::drop(DropReason::no_allocation);
  const Channel* channel = find_channel(allocation->peers.channels(), message->channel, now.mono);
  if (channel == nullptr) return ClientVerdict::drop(DropReason::no_channel);
  if (!allocation->peers.is_permitted(*channel, now.mono)) return ClientVerdict::drop(DropReason::no_permission);
  if (!allocation->has_family(channel->wire.address.family())) return ClientVerdict::drop(DropReason::family_mismatch);
  if (!admit_to_peer(state, *allocation, message->payload.size(), now)) {
    return ClientVerdict::drop(DropReason::rate_limited);
  }
  return {.kind = ClientVerdict::Kind::forward,
          .allocation = allocation->id,
          .to = channel->wire,
          .payload = message->payload};
}
// [packet-path 6 end]

// What RFC 7983 leaves unassigned was ChannelData in RFC 5766.
bool is_rfc5766_channel_data(const CoreState& state, ByteSpan datagram) noexcept {
  return state.config->max_channel_number > stun::kMaxChannelNumber && !datagram.empty() && datagram.front() >= 80 &&
         datagram.front() < 128;
}

}  // namespace

// [packet-path 6 begin] by the first byte
ClientVerdict RelayCore::on_client_datagram(const FiveTuple& five_tuple, ByteSpan datagram, Now now,
                                            Outbox& outbox) noexcept {
  TURNPIKE_CHECK(outbox.empty());
  switch (stun::classify(datagram)) {
    case stun::PacketKind::channel_data: return relay_channel(*state_, five_tuple, datagram, now);
    case stun::PacketKind::stun: return dispatch_stun(*state_, five_tuple, datagram, now, outbox);
    case stun::PacketKind::dtls: break;
    case stun::PacketKind::other:
      if (is_rfc5766_channel_data(*state_, datagram)) return relay_channel(*state_, five_tuple, datagram, now);
      break;
  }
  return ClientVerdict::drop(DropReason::not_turn);
}
// [packet-path 6 end]

}  // namespace turnpike::turn
