#pragma once

#include <cstdint>

#include "turnpike/base/endpoint.hpp"

namespace turnpike {

/// Transport between client and server. TLS runs over TCP and DTLS over UDP, but they are listeners of their own.
enum class Transport : std::uint8_t { udp, tcp, tls, dtls };

[[nodiscard]] constexpr const char* to_string(Transport transport) noexcept {
  switch (transport) {
    case Transport::udp: return "udp";
    case Transport::tcp: return "tcp";
    case Transport::tls: return "tls";
    case Transport::dtls: return "dtls";
  }
  return "?";
}

/// What identifies an allocation on the client's side (RFC 8656 section 2).
struct FiveTuple {
  Endpoint client;
  Endpoint server;
  Transport transport = Transport::udp;

  friend constexpr bool operator==(const FiveTuple&, const FiveTuple&) noexcept = default;
};

}  // namespace turnpike
