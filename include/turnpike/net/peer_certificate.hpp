#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnpike/base/time.hpp"

namespace turnpike::net {

/// What a client has against a server's certificate. The first that is found: issuer, then name, then time.
enum class CertificateFault : std::uint8_t {
  none,
  unknown_issuer,  ///< no chain to an authority that is trusted here
  wrong_name,
  expired,
  not_yet_valid,
  other,
};

/// The certificate that a server has shown.
struct PeerCertificate {
  std::string subject;             ///< its common name, else the first host
  std::string issuer;              ///< organisation and common name
  std::vector<std::string> hosts;  ///< subjectAltName: DNS names and IP addresses
  UnixSeconds not_before{};
  UnixSeconds not_after{};
  CertificateFault fault = CertificateFault::none;
  std::string reason;  ///< the fault in OpenSSL's words
};

}  // namespace turnpike::net
