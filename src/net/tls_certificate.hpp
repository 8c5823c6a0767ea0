#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/openssl_handles.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// A certificate ready to serve. Shared by all handshakes; OpenSSL counts references to what is in it.
struct TlsCertificate {
  TlsSettings::Certificate about;
  X509Handle leaf;
  X509StackHandle issuers;  ///< what follows the leaf in the chain
  KeyHandle key;
  int key_type = 0;  ///< EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519, ...
};

/// Reads and checks one certificate. Expiry is not a mistake: the operator is warned of it elsewhere.
[[nodiscard]] Result<TlsCertificate, TlsMistake> load_tls_certificate(const CertificatePem& pem);

/// What stands in a certificate; nothing when its validity cannot be read.
[[nodiscard]] std::optional<TlsSettings::Certificate> describe_certificate(const X509* certificate, std::string name);

/// Whether the certificate is for `host`: case does not matter, "*" stands for one whole label (RFC 6125
/// section 6.4.3).
[[nodiscard]] bool serves_host(const TlsSettings::Certificate& certificate, std::string_view host) noexcept;

/// Gives `ssl` those of `certificates` that are for `host`, else the first of each type of key. False when OpenSSL does
/// not want one of them.
[[nodiscard]] bool use_certificates(SSL* ssl, const std::vector<TlsCertificate>& certificates,
                                    std::string_view host) noexcept;

}  // namespace turnpike::net
