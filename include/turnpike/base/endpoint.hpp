#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnpike/base/ip_address.hpp"

namespace turnpike {

/// A transport address: IP address and port (0 to 65535, host order).
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  /// "192.0.2.1:3478" or "[2001:db8::1]:3478".
  static std::optional<Endpoint> parse(std::string_view text) noexcept;
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
  friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;
};

/// Roles of endpoints as types of their own, so that swapped arguments do not compile.
struct ClientEndpoint : Endpoint {};
struct PeerEndpoint : Endpoint {};

}  // namespace turnpike
