#pragma once

#include <span>
#include <string>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// A server certificate under a certificate authority of its own. The authority's key is gone when it is returned.
struct MadeUpCertificate {
  CertificatePem server;  ///< chain: the server's, then the authority's
  std::string ca_pem;     ///< for whoever shall trust it
};

/// For demonstrations and tests. Two certificates because Firefox refuses a server certificate marked CA:TRUE, and one
/// that is its own issuer has to be (RFC 5280 section 4.2.1.9). Keys: ECDSA P-256, from OpenSSL's generator.
/// `hosts`: DNS names and IP addresses, at least one. Valid from an hour before `now`, for clocks that are behind.
Result<MadeUpCertificate, TlsMistake> make_up_certificate(std::span<const std::string> hosts, UnixSeconds now,
                                                          Seconds lifetime);

}  // namespace turnpike::net
