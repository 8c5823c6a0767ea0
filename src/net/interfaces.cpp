#include "turnpike/net/interfaces.hpp"

#include <ifaddrs.h>
#include <net/if.h>

#include <bit>
#include <memory>

#include "net/last_error.hpp"
#include "net/socket_address.hpp"

namespace turnpike::net {

namespace {

/// Netmasks are contiguous, so that counting their bits is enough.
std::uint8_t count_prefix_bits(const sockaddr* netmask, const IpAddress& address) noexcept {
  const std::optional<IpAddress> mask = parse_ip_address(netmask);
  if (!mask) return static_cast<std::uint8_t>(address.bit_length());
  int bits = 0;
  for (const std::uint8_t byte : mask->bytes()) bits += std::popcount(byte);
  return static_cast<std::uint8_t>(bits);
}

std::optional<IpAddress> find_broadcast(const ifaddrs& entry, const IpAddress& address) noexcept {
  if (!address.is_v4() || (entry.ifa_flags & IFF_BROADCAST) == 0) return std::nullopt;
  return parse_ip_address(entry.ifa_broadaddr);
}

}  // namespace

Result<std::vector<InterfaceAddress>> list_interface_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return last_error();
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, &::freeifaddrs);

  std::vector<InterfaceAddress> found;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    const std::optional<IpAddress> address = parse_ip_address(entry->ifa_addr);
    if (!address || (entry->ifa_flags & IFF_UP) == 0) continue;
    found.push_back({.interface = entry->ifa_name,
                     .address = *address,
                     .prefix_length = count_prefix_bits(entry->ifa_netmask, *address),
                     .broadcast = find_broadcast(*entry, *address),
                     .loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0});
  }
  return found;
}

}  // namespace turnpike::net
