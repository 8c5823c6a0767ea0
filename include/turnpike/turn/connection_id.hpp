#pragma once

#include <cstdint>

namespace turnpike::turn {

/// CONNECTION-ID (RFC 6062 section 6.2.1): names a peer data connection. The first byte is the worker that has it,
/// since ConnectionBind may come in at another one; the other 24 bits are random.
struct ConnectionId {
  std::uint32_t value = 0;

  [[nodiscard]] std::uint8_t worker() const noexcept { return static_cast<std::uint8_t>(value >> 24U); }
  friend constexpr bool operator==(const ConnectionId&, const ConnectionId&) noexcept = default;
};

}  // namespace turnpike::turn
