#pragma once

#include <cstdint>

namespace turnpike {

// Where STUN and TURN are served when nobody says otherwise (RFC 8489 section 18.6, RFC 8656 section 3.1).
inline constexpr std::uint16_t kPlainPort = 3478;  ///< UDP and TCP
inline constexpr std::uint16_t kTlsPort = 5349;    ///< TLS and DTLS

}  // namespace turnpike
