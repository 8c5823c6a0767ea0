#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::net {

/// Why a handshake or a session ended; for counters.
enum class TlsFailure : std::uint8_t {
  none,
  no_common_version,
  no_common_cipher,
  no_common_protocol,    ///< ALPN
  certificate_rejected,  ///< the client does not trust ours: unknown CA, wrong name, expired
  malformed,             ///< not TLS, or broken records
  forged,                ///< a record that does not authenticate
  peer_alert,            ///< any other alert of the client's
  other,
  count_  ///< not a failure: how many there are
};

[[nodiscard]] std::string_view to_string(TlsFailure failure) noexcept;

}  // namespace turnpike::net
