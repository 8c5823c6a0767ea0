#include "turn/peer_table.hpp"

#include <algorithm>

#include "turnpike/turn/core_config.hpp"

namespace turnpike::turn {

const Channel* PeerTable::find_channel_of(const Endpoint& peer, Instant now) const noexcept {
  for (const Channel& channel : channels_) {
    if (channel.peer == peer && channel.expires > now) return &channel;
  }
  return nullptr;
}

bool PeerTable::is_permitted(const IpAddress& address, Instant now) const noexcept {
  const std::size_t index = index_of(address);
  return index != kNone && permissions_[index].expires > now;
}

std::size_t PeerTable::index_of(const IpAddress& address) const noexcept {
  const auto found = std::ranges::find(permissions_, address, &Permission::address);
  return found == permissions_.end() ? kNone : static_cast<std::size_t>(found - permissions_.begin());
}

bool PeerTable::is_reusable(std::size_t index, Instant now) const noexcept {
  if (permissions_[index].expires > now) return false;
  return std::ranges::none_of(channels_, [index](const Channel& channel) { return channel.permission == index; });
}

void PeerTable::forget_expired_channels(Instant now) noexcept {
  std::erase_if(channels_, [now](const Channel& channel) { return channel.expires <= now; });
}

// Capacity was checked: there is a place for every address.
std::size_t PeerTable::install(const IpAddress& address, Instant now) noexcept {
  std::size_t index = index_of(address);
  for (std::size_t i = 0; index == kNone && i < permissions_.size(); ++i) {
    if (is_reusable(i, now)) index = i;
  }
  if (index == kNone) {
    index = permissions_.size();
    permissions_.emplace_back();
  }
  permissions_[index] = {address, now + kPermissionLifetime};
  return index;
}

bool PeerTable::install_permissions(std::span<const IpAddress> addresses, Instant now, std::size_t limit) {
  forget_expired_channels(now);
  std::size_t wanted = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const bool repeated =
        std::ranges::find(addresses.first(i), addresses[i]) != addresses.begin() + static_cast<std::ptrdiff_t>(i);
    if (!repeated && index_of(addresses[i]) == kNone) ++wanted;
  }
  // A place that one of the addresses has itself, though run out, is not free for another.
  std::size_t reusable = 0;
  for (std::size_t i = 0; i < permissions_.size(); ++i) {
    const bool asked_for = std::ranges::find(addresses, permissions_[i].address) != addresses.end();
    if (!asked_for && is_reusable(i, now)) ++reusable;
  }
  if (wanted > reusable + (limit - std::min(limit, permissions_.size()))) return false;
  permissions_.reserve(permissions_.size() + (wanted > reusable ? wanted - reusable : 0));
  // Those already known first, so that none of their places looks reusable to a newcomer.
  for (const IpAddress& address : addresses) {
    if (const std::size_t index = index_of(address); index != kNone)
      permissions_[index].expires = now + kPermissionLifetime;
  }
  for (const IpAddress& address : addresses) static_cast<void>(install(address, now));
  return true;
}

BindResult PeerTable::bind_channel(std::uint16_t number, const Endpoint& peer, const Endpoint& wire, Instant now,
                                   std::size_t permission_limit, std::size_t channel_limit) {
  forget_expired_channels(now);
  const auto by_number = std::ranges::lower_bound(channels_, number, {}, &Channel::number);
  const bool known = by_number != channels_.end() && by_number->number == number;
  if (known && by_number->peer != peer) return BindResult::conflict;
  const Channel* by_peer = find_channel_of(peer, now);
  if (by_peer != nullptr && by_peer->number != number) return BindResult::conflict;
  if (!known && channels_.size() >= channel_limit) return BindResult::full;

  const auto position = by_number - channels_.begin();
  if (!known) channels_.reserve(channels_.size() + 1);
  if (!install_permissions({&peer.address, 1}, now, permission_limit)) return BindResult::full;
  const auto permission = static_cast<std::uint16_t>(index_of(peer.address));
  const Channel channel{number, permission, peer, wire, now + kChannelLifetime};
  if (known) {
    channels_[static_cast<std::size_t>(position)] = channel;
  } else {
    channels_.insert(channels_.begin() + position, channel);
  }
  return BindResult::bound;
}

void PeerTable::clear() noexcept {
  permissions_.clear();
  channels_.clear();
}

}  // namespace turnpike::turn
