#pragma once

#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

/// Head-room that wrap_for_client() may need: Data indication header, XOR-PEER-ADDRESS with IPv6, DATA attribute
/// header.
inline constexpr std::size_t kWrapHeadRoom = 20 + 24 + 4;
/// Bytes behind the payload that it may set to zero: DATA is padded to 4 (RFC 8489 section 14).
inline constexpr std::size_t kWrapTailRoom = 3;

/// Writes the ChannelData or Data indication header right in front of `payload`, which must have kWrapHeadRoom writable
/// bytes before and kWrapTailRoom behind it, and returns the whole message. The payload is not touched. Empty when the
/// payload is too long for a message over UDP.
[[nodiscard]] ByteSpan wrap_for_client(const PeerVerdict& verdict, MutableByteSpan payload) noexcept;

}  // namespace turnpike::turn
