#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
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
    friend bool operator==(const Mapping&, const Mapping&) noexcept = default;
  };
  /// What is not offered to new allocations.
  struct Others {
    std::vector<Mapping> former;         ///< no longer offered, but live allocations may have them
    std::vector<AddressFamily> awaited;  ///< served in principle, but without an address for the moment
  };

  RelayAddresses() = default;
  /// Ports `first_port` to `last_port` (inclusive) of each address may be relayed transport addresses.
  RelayAddresses(std::vector<Mapping> offered, std::uint16_t first_port, std::uint16_t last_port, Others others);
  RelayAddresses(std::vector<Mapping> offered, std::uint16_t first_port, std::uint16_t last_port)
      : RelayAddresses(std::move(offered), first_port, last_port, Others{}) {}

  /// Those offered, then the former ones.
  [[nodiscard]] const std::vector<Mapping>& mappings() const noexcept { return mappings_; }
  [[nodiscard]] std::span<const Mapping> offered() const noexcept { return std::span(mappings_).first(offered_); }
  [[nodiscard]] bool has_former() const noexcept { return mappings_.size() > offered_; }
  /// Whether the family is served: an awaited one is, with 508 until its address is there.
  [[nodiscard]] bool has_family(AddressFamily family) const noexcept;

  /// What the client is told for a relay socket bound to `local`.
  [[nodiscard]] Endpoint announced(const Endpoint& local) const noexcept;
  /// Where a datagram to `peer` must really go: a relayed transport address of ours is reached by its local address,
  /// since many NATs do not turn packets around (hairpin).
  [[nodiscard]] Endpoint to_wire(const Endpoint& peer) const noexcept;
  /// The mirror: who a datagram from `source` is, as the client knows it.
  [[nodiscard]] Endpoint from_wire(const Endpoint& source) const noexcept;
  /// The same, where clients may know it by a former address: the first spelling that `is_known(endpoint)`, else the
  /// present one.
  template <typename IsKnown>
  [[nodiscard]] Endpoint from_wire(const Endpoint& source, IsKnown is_known) const noexcept {
    const Endpoint present = from_wire(source);
    if (!has_former() || !is_relay_port(source.port) || is_known(present)) return present;
    for (const Mapping& mapping : mappings_) {
      if (const Endpoint other{mapping.external, source.port}; mapping.local == source.address && is_known(other)) {
        return other;
      }
    }
    return present;
  }

  /// Whether `address` carries relayed transport addresses of ours, in either spelling.
  [[nodiscard]] bool is_relay_address(const IpAddress& address) const noexcept;
  [[nodiscard]] bool is_relay_port(std::uint16_t port) const noexcept {
    return port >= first_port_ && port <= last_port_;
  }

 private:
  std::vector<Mapping> mappings_;
  std::size_t offered_ = 0;  // so many of them, at the front
  std::vector<AddressFamily> awaited_;
  std::uint16_t first_port_ = 0;
  std::uint16_t last_port_ = 0;
};

}  // namespace turnpike::turn
