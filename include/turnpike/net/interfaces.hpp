#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::net {

struct InterfaceAddress {
  std::string interface;  ///< "eth0"
  IpAddress address;
  std::uint8_t prefix_length = 0;
  std::optional<IpAddress> broadcast;  ///< IPv4 only, where the interface has one
  bool loopback = false;
};

/// Addresses of interfaces that are up, IPv6 link-local ones included (their zone is lost).
[[nodiscard]] Result<std::vector<InterfaceAddress>> list_interface_addresses();

}  // namespace turnpike::net
