#include "turnpike/net/tls_failure.hpp"

namespace turnpike::net {

std::string_view to_string(TlsFailure failure) noexcept {
  switch (failure) {
    case TlsFailure::none: return "none";
    case TlsFailure::no_common_version: return "no_common_version";
    case TlsFailure::no_common_cipher: return "no_common_cipher";
    case TlsFailure::no_common_protocol: return "no_common_protocol";
    case TlsFailure::certificate_rejected: return "certificate_rejected";
    case TlsFailure::malformed: return "malformed";
    case TlsFailure::forged: return "forged";
    case TlsFailure::peer_alert: return "peer_alert";
    case TlsFailure::other: return "other";
    case TlsFailure::count_: break;
  }
  return "unknown";
}

}  // namespace turnpike::net
