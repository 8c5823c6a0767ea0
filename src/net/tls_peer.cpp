#include "net/tls_peer.hpp"

#include <openssl/x509_vfy.h>

#include <array>
#include <string>

#include "net/openssl_errors.hpp"
#include "net/tls_certificate.hpp"

namespace turnpike::net {
namespace {

std::string part_of(const X509_NAME* name, int kind) {
  std::array<char, 256> text{};
  const int length = X509_NAME_get_text_by_NID(name, kind, text.data(), static_cast<int>(text.size()));
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string{};
}

std::string join_name(const X509_NAME* name) {
  const std::string organization = part_of(name, NID_organizationName);
  std::string common = part_of(name, NID_commonName);
  if (organization.empty()) return common;
  return common.empty() ? organization : organization + " " + common;
}

CertificateFault fault_of(long verdict) noexcept {
  switch (verdict) {
    case X509_V_OK: return CertificateFault::none;
    case X509_V_ERR_CERT_HAS_EXPIRED: return CertificateFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return CertificateFault::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return CertificateFault::wrong_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return CertificateFault::unknown_issuer;
    default: return CertificateFault::other;
  }
}

}  // namespace

std::optional<PeerCertificate> peer_certificate_of(const SSL* ssl) {
  const OpensslErrors errors;
  const X509Handle leaf{SSL_get1_peer_certificate(ssl)};
  if (!leaf) return std::nullopt;
  auto about = describe_certificate(leaf.get(), "");
  if (!about) return std::nullopt;
  const long verdict = SSL_get_verify_result(ssl);
  PeerCertificate peer{.subject = part_of(X509_get_subject_name(leaf.get()), NID_commonName),
                       .issuer = join_name(X509_get_issuer_name(leaf.get())),
                       .hosts = std::move(about->hosts),
                       .not_before = about->not_before,
                       .not_after = about->not_after,
                       .fault = fault_of(verdict),
                       .reason = verdict == X509_V_OK ? "" : X509_verify_cert_error_string(verdict)};
  if (peer.subject.empty() && !peer.hosts.empty()) peer.subject = peer.hosts.front();
  return peer;
}

}  // namespace turnpike::net
