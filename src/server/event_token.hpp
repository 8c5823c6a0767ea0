#pragma once

#include <cstdint>

namespace turnpike::server {

/// What a worker's epoll hands back for everything that is neither a plain UDP listener (its index alone) nor a relay
/// socket (upper half not 0, see RelaySockets). Spurious events do no harm: they find nothing to read.
struct EventToken {
  enum class Kind : std::uint8_t {
    udp_listener = 0,      ///< plain
    special_listener = 1,  ///< dtls, or udp behind a proxy
    tcp_listener = 2,
    stream = 3,
    relay_listener = 4,   ///< TCP relayed transport address (RFC 6062)
    peer_connection = 5,  ///< RFC 6062
  };
  static constexpr unsigned kIndexBits = 28;

  Kind kind = Kind::udp_listener;
  std::uint32_t index = 0;

  [[nodiscard]] constexpr std::uint64_t encode() const noexcept {
    return (std::uint64_t{static_cast<std::uint8_t>(kind)} << kIndexBits) | index;
  }
  [[nodiscard]] static constexpr EventToken decode(std::uint64_t token) noexcept {
    return {static_cast<Kind>(token >> kIndexBits), static_cast<std::uint32_t>(token & ((1U << kIndexBits) - 1U))};
  }
};

}  // namespace turnpike::server
