#include "net/socket_address.hpp"

namespace turnpike::net {

std::optional<IpAddress> parse_ip_address(const sockaddr* address) noexcept {
  if (address == nullptr) return std::nullopt;
  // Copied out because the kernel's list gives no promise about alignment.
  SocketAddress copy;
  switch (address->sa_family) {
    case AF_INET: std::memcpy(&copy.v4, address, sizeof(copy.v4)); return to_ip_address(copy.v4.sin_addr);
    case AF_INET6: std::memcpy(&copy.v6, address, sizeof(copy.v6)); return to_ip_address(copy.v6.sin6_addr);
    default: return std::nullopt;
  }
}

}  // namespace turnpike::net
