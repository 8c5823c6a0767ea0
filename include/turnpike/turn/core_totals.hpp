#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "turnpike/base/five_tuple.hpp"
#include "turnpike/turn/traffic.hpp"

namespace turnpike::turn {

/// What one core has carried since its start and carries now. Made when asked for: packets pay nothing for it.
struct CoreTotals {
  static constexpr std::size_t kTransports = 4;  ///< by turnpike::Transport
  static constexpr std::size_t kFamilies = 2;    ///< of the client's address: IPv4, IPv6
  static constexpr std::size_t kEndReasons = 6;  ///< by EndReason
  static constexpr std::size_t kMethods = 16;    ///< by stun::Method; those without a place of their own count in 0

  struct Cell {
    std::uint64_t live = 0;
    std::uint64_t started = 0;
    Traffic traffic;  ///< of those that live and those that have ended
    Cell& operator+=(const Cell& other) noexcept;
  };

  std::array<std::array<Cell, kFamilies>, kTransports> by_client{};
  [[nodiscard]] Cell& cell_of(const FiveTuple& five_tuple) noexcept {
    return by_client[static_cast<std::size_t>(five_tuple.transport)][five_tuple.client.address.is_v4() ? 0 : 1];
  }
  std::array<std::uint64_t, kEndReasons> ended{};
  std::array<std::uint64_t, kMethods> requests{};  ///< well-formed STUN requests by method
  std::uint64_t permissions = 0;                   ///< live ones
  std::uint64_t channels = 0;                      ///< live ones
  std::uint64_t peer_connections = 0;              ///< RFC 6062
  std::uint64_t reservations = 0;
  std::uint64_t revocations = 0;  ///< usernames that are refused

  CoreTotals& operator+=(const CoreTotals& other) noexcept;
};

}  // namespace turnpike::turn
