#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/result.hpp"

namespace turnpike::probe {

/// How a client talks to its STUN or TURN server.
enum class Transport : std::uint8_t { udp, tcp, tls, dtls };

[[nodiscard]] std::string_view name_of(Transport transport) noexcept;  ///< "UDP", "DTLS"
[[nodiscard]] constexpr bool is_secure(Transport transport) noexcept {
  return transport == Transport::tls || transport == Transport::dtls;
}
[[nodiscard]] constexpr bool is_stream(Transport transport) noexcept {
  return transport == Transport::tcp || transport == Transport::tls;
}

/// Why a text is no URI of a server, in words that follow it.
struct UriMistake {
  std::string message;
};

/// "stun:", "stuns:" (RFC 7064), "turn:" or "turns:" (RFC 7065).
struct ServerUri {
  bool is_turn = true;
  bool is_secure = false;
  std::string host;  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 3478;
  std::optional<bool> is_udp;  ///< what ?transport= names; nothing when it is not there

  static Result<ServerUri, UriMistake> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
  /// What a client would try: the named one, or all that the scheme leaves open: UDP and TCP for "turn:".
  [[nodiscard]] std::vector<Transport> transports() const;
  friend bool operator==(const ServerUri&, const ServerUri&) = default;
};

}  // namespace turnpike::probe
