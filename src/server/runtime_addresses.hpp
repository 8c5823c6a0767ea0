#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/config.hpp"
#include "turnpike/net/interfaces.hpp"
#include "turnpike/turn/relay_addresses.hpp"

namespace turnpike::server {

/// The machine's side of the configuration: what wildcards, defaults and empty lists stand for here and now.
struct RuntimeAddresses {
  std::vector<turn::RelayAddresses::Mapping> relays;
  std::vector<Endpoint> listeners;    ///< a wildcard listener once for each local address of its family
  std::vector<ListenUrl> served;      ///< the same with what is served there; in the order of the configuration
  std::vector<IpAddress> broadcasts;  ///< of the local interfaces' subnets
  std::vector<std::string> warnings;  ///< for the operator; they hold addresses of this machine, not of clients

  [[nodiscard]] bool relays_family(AddressFamily family) const noexcept;
};

/// The address from which each family reaches the world, where there is one.
struct DefaultAddresses {
  std::optional<IpAddress> ipv4;
  std::optional<IpAddress> ipv6;
  [[nodiscard]] const std::optional<IpAddress>& of(AddressFamily family) const noexcept {
    return family == AddressFamily::ipv4 ? ipv4 : ipv6;
  }
};

/// Asks the routing table; replaced in tests.
using RouteProbe = std::function<std::optional<IpAddress>(AddressFamily)>;

/// Connects a UDP socket to a documentation address (RFC 5737, RFC 3849), which sends nothing, and reads the local
/// address that the kernel chose.
[[nodiscard]] std::optional<IpAddress> probe_default_route(AddressFamily family);

/// What the probe says; else the family's first address that is neither loopback nor link-local; and loopback only when
/// no family has anything better.
[[nodiscard]] DefaultAddresses detect_default_addresses(std::span<const net::InterfaceAddress> interfaces,
                                                        const RouteProbe& probe);

/// Ports in `config.listen` must be the real ones: replace port 0 by what was bound before.
[[nodiscard]] RuntimeAddresses resolve_addresses(const Config& config,
                                                 std::span<const net::InterfaceAddress> interfaces,
                                                 const DefaultAddresses& defaults);

[[nodiscard]] bool is_loopback(const IpAddress& address) noexcept;
[[nodiscard]] bool is_link_local(const IpAddress& address) noexcept;

}  // namespace turnpike::server
