#pragma once

#include <optional>

#include "net/openssl_handles.hpp"
#include "turnpike/net/peer_certificate.hpp"

namespace turnpike::net {

/// Of the other side; nothing before it has shown one, or when it has none.
[[nodiscard]] std::optional<PeerCertificate> peer_certificate_of(const SSL* ssl);

}  // namespace turnpike::net
