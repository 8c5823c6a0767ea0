#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "net/openssl_handles.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_certificate.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// What the engines take from a TlsSettings. Engines hold the TlsSettings itself (shared) as long as their SSL: its
/// callbacks look here. Its address never changes, and nothing in it changes after it is built.
///
/// An engine begins with SSL_new(stream.get()) or SSL_new(datagram.get()). SSL_set_app_data is free for the engine's
/// use, SSL_CTX_set_app_data is not.
struct TlsSettings::State {
  TlsOptions options;
  TicketKeys tickets;
  std::shared_ptr<const std::vector<TlsCertificate>> loaded;
  std::vector<Certificate> certificates;    ///< the same, for whoever wants to read about them
  std::vector<std::uint8_t> stream_alpn;    ///< in preference order, each with its length before it (RFC 7301)
  std::vector<std::uint8_t> datagram_alpn;  ///< the same without "http/1.1"
  SslContext stream;                        ///< TLS 1.2 and 1.3
  SslContext datagram;                      ///< DTLS 1.2; takes every cookie, the caller has verified it before
};

}  // namespace turnpike::net
