#pragma once

#include <cstdint>
#include <optional>

#include "turnpike/base/endpoint.hpp"

namespace turnpike::net {

/// What a descriptor turned out to be that somebody else has opened and bound.
struct BoundSocket {
  enum class Kind : std::uint8_t { datagram, stream };
  Kind kind;
  Endpoint local;
  bool takes_ipv4_too;  ///< an IPv6 socket without IPV6_V6ONLY, which nobody can set once it is bound
};

/// Nothing for what is no UDP or TCP socket, is not bound to a port, or is a connection.
[[nodiscard]] std::optional<BoundSocket> examine_socket(int fd) noexcept;

}  // namespace turnpike::net
