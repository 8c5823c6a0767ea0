#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "turnpike/base/endpoint.hpp"

namespace turnpike::turn {

/// The addresses on which relayed transport addresses live, and how the world sees them. Behind 1:1 NAT the address
/// that a relay socket is bound to (local) differs from the one that is announced (external).
class RelayAddresses {
 public:
  struct Mapping {
    IpAddress local;
    IpAddress external;
  };

  RelayAddresses() = default;
  /// Ports `first_port` to `last_port` (inclusive) of each address may be relayed transport addresses.
  RelayAddresses(std::vector<Mapping> mappings, std::uint16_t first_port, std::uint16_t last_port)
      : mappings_(std::move(mappings)), first_port_(first_port), last_port_(last_port) {}

  [[nodiscard]] const std::vector<Mapping>& mappings() const noexcept { return mappings_; }
  [[nodiscard]] bool has_family(AddressFamily family) const noexcept;

  /// What the client is told for a relay socket bound to `local`.
  [[nodiscard]] Endpoint announced(const Endpoint& local) const noexcept;
  /// Where a datagram to `peer` must really go: a relayed transport address of ours is reached by its local address,
  /// since many NATs do not turn packets around (hairpin).
  [[nodiscard]] Endpoint to_wire(const Endpoint& peer) const noexcept;
  /// The mirror: who a datagram from `source` is, as the client knows it.
  [[nodiscard]] Endpoint from_wire(const Endpoint& source) const noexcept;

  /// Whether `address` carries relayed transport addresses of ours, in either spelling.
  [[nodiscard]] bool is_relay_address(const IpAddress& address) const noexcept;
  [[nodiscard]] bool is_relay_port(std::uint16_t port) const noexcept {
    return port >= first_port_ && port <= last_port_;
  }

 private:
  std::vector<Mapping> mappings_;
  std::uint16_t first_port_ = 0;
  std::uint16_t last_port_ = 0;
};

}  // namespace turnpike::turn
