#pragma once

#include <cstdint>

#include "net/openssl_handles.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/tls_engine.hpp"

namespace turnpike::net {

enum class TlsMedium : std::uint8_t { stream, datagram };

/// The client side of TLS 1.2 and 1.3, or of DTLS 1.2, with its own SSL_CTX, in connect state and without BIOs.
/// errc::invalid_argument when the options cannot be used, errc::not_enough_memory otherwise.
[[nodiscard]] Result<SslHandle> new_client_ssl(const TlsClientOptions& options, TlsMedium medium) noexcept;

}  // namespace turnpike::net
