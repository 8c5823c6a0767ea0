#pragma once

#include <cstdint>

namespace turnpike::turn {

/// What an allocation carried, payload bytes without TURN's own headers. A TCP allocation counts no packets: streams
/// have none.
struct Traffic {
  std::uint64_t packets_to_peers = 0;
  std::uint64_t bytes_to_peers = 0;
  std::uint64_t packets_to_client = 0;
  std::uint64_t bytes_to_client = 0;

  Traffic& operator+=(const Traffic& other) noexcept {
    packets_to_peers += other.packets_to_peers;
    bytes_to_peers += other.bytes_to_peers;
    packets_to_client += other.packets_to_client;
    bytes_to_client += other.bytes_to_client;
    return *this;
  }
};

}  // namespace turnpike::turn
