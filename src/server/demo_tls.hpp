#pragma once

#include <memory>

#include "turnpike/net/tls_settings.hpp"

namespace turnpike::server {

/// The demo's TLS: a certificate for this machine's names and addresses, made up in memory and valid for 30 days. It is
/// no CA certificate but signed by one that is as made up: Firefox refuses a server certificate marked CA:TRUE, even
/// one that it was told to trust. Throws std::runtime_error.
[[nodiscard]] std::shared_ptr<const net::TlsSettings> make_demo_tls();

}  // namespace turnpike::server
