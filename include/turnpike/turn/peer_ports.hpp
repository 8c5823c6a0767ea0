#pragma once

#include <cstdint>

namespace turnpike::turn {

/// Ports of peers, `first` to `last`, both included.
struct PeerPorts {
  std::uint16_t first = 0;
  std::uint16_t last = 0;

  [[nodiscard]] constexpr bool contains(std::uint16_t port) const noexcept { return port >= first && port <= last; }
  friend constexpr bool operator==(const PeerPorts&, const PeerPorts&) noexcept = default;
};

}  // namespace turnpike::turn
