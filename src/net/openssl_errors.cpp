#include "net/openssl_errors.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace turnpike::net {
namespace {

/// An alert that came from the other side: its number (RFC 8446 section 6).
TlsFailure failure_of_alert(int alert) noexcept {
  switch (alert) {
    case SSL_AD_PROTOCOL_VERSION: return TlsFailure::no_common_version;
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY: return TlsFailure::no_common_cipher;
    case SSL_AD_NO_APPLICATION_PROTOCOL: return TlsFailure::no_common_protocol;
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA: return TlsFailure::certificate_rejected;
    default: return TlsFailure::peer_alert;
  }
}

/// What OpenSSL itself found wrong.
TlsFailure failure_of_reason(int reason) noexcept {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_INAPPROPRIATE_FALLBACK: return TlsFailure::no_common_version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_AVAILABLE:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS: return TlsFailure::no_common_cipher;
    case SSL_R_NO_APPLICATION_PROTOCOL: return TlsFailure::no_common_protocol;
    case SSL_R_CERTIFICATE_VERIFY_FAILED: return TlsFailure::certificate_rejected;
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_DECRYPTION_FAILED:
    case SSL_R_BAD_DECOMPRESSION: return TlsFailure::forged;
    case ERR_R_MALLOC_FAILURE:
    case ERR_R_INTERNAL_ERROR: return TlsFailure::other;
    default: return TlsFailure::malformed;
  }
}

}  // namespace

void OpensslErrors::clear() noexcept { ERR_clear_error(); }

TlsFailure OpensslErrors::failure() noexcept {
  // The first entry of libssl says what it came to; entries of libcrypto before it only say how. Reading empties the
  // queue, which holds 16.
  for (unsigned long error = ERR_get_error(); error != 0; error = ERR_get_error()) {
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) continue;
    const int reason = ERR_GET_REASON(error);
    const bool is_alert = reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256;
    return is_alert ? failure_of_alert(reason - SSL_AD_REASON_OFFSET) : failure_of_reason(reason);
  }
  return TlsFailure::other;
}

std::string OpensslErrors::first_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason == nullptr ? "unknown reason" : reason;
}

int OpensslErrors::last_reason_code() noexcept { return ERR_GET_REASON(ERR_peek_last_error()); }

}  // namespace turnpike::net
