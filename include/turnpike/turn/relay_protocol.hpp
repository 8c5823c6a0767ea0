#pragma once

#include <cstdint>

namespace turnpike::turn {

/// What an allocation relays: REQUESTED-TRANSPORT 17 (RFC 8656) or 6 (RFC 6062).
enum class RelayProtocol : std::uint8_t { udp, tcp };

[[nodiscard]] constexpr const char* to_string(RelayProtocol protocol) noexcept {
  return protocol == RelayProtocol::tcp ? "tcp" : "udp";
}

}  // namespace turnpike::turn
