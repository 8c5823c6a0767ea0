#include "net/tls_certificate.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <span>
#include <string>

#include "net/openssl_errors.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::net {
namespace {

using GeneralNames = std::unique_ptr<GENERAL_NAMES, FreeOpenssl<GENERAL_NAMES_free>>;

constexpr int kMinRsaBits = 2048;

TlsMistake mistake(const CertificatePem& pem, std::string_view what) { return {pem.name + ": " + std::string{what}}; }

/// A file that is being written ends somewhere. Inside of a block OpenSSL notices, within the line that begins one it
/// sees only text.
bool ends_in_a_marker(std::string_view text) noexcept {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return false;
  text = text.substr(0, end + 1);
  const std::size_t line_start = text.rfind('\n');
  const std::string_view line = line_start == std::string_view::npos ? text : text.substr(line_start + 1);
  return line.starts_with('-') && !(line.starts_with("-----END ") && line.ends_with("-----"));
}

BioHandle reader_of(const std::string& text) noexcept {
  return BioHandle{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::optional<TlsMistake> read_chain(const CertificatePem& pem, TlsCertificate& into) {
  constexpr std::size_t kMaxCertificates = 64;
  if (ends_in_a_marker(pem.chain)) return mistake(pem, "the certificate chain is cut off");
  const BioHandle bio = reader_of(pem.chain);
  into.issuers.reset(sk_X509_new_null());
  if (!bio || !into.issuers) return mistake(pem, "out of memory");
  for (std::size_t count = 0;; ++count) {
    OpensslErrors::clear();
    X509Handle certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    if (!certificate) break;
    if (count == kMaxCertificates) return mistake(pem, "the certificate chain is too long");
    if (!into.leaf) {
      into.leaf = std::move(certificate);
    } else if (sk_X509_push(into.issuers.get(), certificate.get()) > 0) {
      static_cast<void>(certificate.release());  // NOLINT(bugprone-unused-return-value): the stack owns it now
    } else {
      return mistake(pem, "out of memory");
    }
  }
  if (OpensslErrors::last_reason_code() != PEM_R_NO_START_LINE) {
    return mistake(pem, "the certificate chain cannot be read: " + OpensslErrors::first_reason());
  }
  if (!into.leaf) return mistake(pem, "there is no certificate in it (-----BEGIN CERTIFICATE-----)");
  return std::nullopt;
}

/// Asked for when the key is encrypted. There is nobody to ask; OpenSSL's own way would be a prompt on the terminal.
int refuse_passphrase(char* /*buffer*/, int /*size*/, int /*is_writing*/, void* was_asked) noexcept {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

std::optional<TlsMistake> read_key(const CertificatePem& pem, TlsCertificate& into) {
  const BioHandle bio = reader_of(pem.key);
  if (!bio) return mistake(pem, "out of memory");
  bool was_asked = false;
  OpensslErrors::clear();
  into.key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, &was_asked));
  if (was_asked) return mistake(pem, "the private key is encrypted; only a key without passphrase can be used");
  if (!into.key) return mistake(pem, "the private key cannot be read (it must be PEM, -----BEGIN PRIVATE KEY-----)");
  return std::nullopt;
}

bool is_usable_curve(const EVP_PKEY* key) noexcept {
  std::array<char, 64> group{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) != 1) return false;
  const int nid = OBJ_txt2nid(group.data());
  return nid == NID_X9_62_prime256v1 || nid == NID_secp384r1 || nid == NID_secp521r1;
}

std::optional<TlsMistake> check_key(const CertificatePem& pem, TlsCertificate& certificate) {
  EVP_PKEY* const public_key = X509_get0_pubkey(certificate.leaf.get());
  if (public_key == nullptr) return mistake(pem, "the certificate has no usable public key");
  certificate.key_type = EVP_PKEY_get_base_id(public_key);
  switch (certificate.key_type) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      if (EVP_PKEY_get_bits(public_key) < kMinRsaBits) {
        return mistake(pem, "the RSA key has fewer than " + std::to_string(kMinRsaBits) + " bits");
      }
      break;
    case EVP_PKEY_EC:
      if (!is_usable_curve(public_key)) return mistake(pem, "the key's curve is none of P-256, P-384 and P-521");
      break;
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448: break;
    default: return mistake(pem, "the certificate's key is neither RSA, ECDSA nor EdDSA");
  }
  if (X509_check_private_key(certificate.leaf.get(), certificate.key.get()) != 1) {
    return mistake(pem, "the private key does not belong to the certificate");
  }
  return std::nullopt;
}

std::optional<UnixSeconds> to_unix(const ASN1_TIME* time) noexcept {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{parts.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  return UnixSeconds{std::chrono::sys_days{day}} + std::chrono::hours{parts.tm_hour} +
         std::chrono::minutes{parts.tm_min} + Seconds{parts.tm_sec};
}

ByteSpan bytes_of(const ASN1_STRING* text) noexcept {
  return {ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::optional<std::string> host_of(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) {
    const std::string_view host = as_text(bytes_of(name->d.dNSName));
    if (host.empty() || host.find('\0') != std::string_view::npos) return std::nullopt;
    return std::string{host};
  }
  if (name->type != GEN_IPADD) return std::nullopt;
  const ByteSpan address = bytes_of(name->d.iPAddress);
  IpAddress::V4Bytes v4{};
  IpAddress::V6Bytes v6{};
  if (address.size() == v4.size()) {
    std::copy(address.begin(), address.end(), v4.begin());
    return IpAddress::v4(v4).to_string();
  }
  if (address.size() != v6.size()) return std::nullopt;
  std::copy(address.begin(), address.end(), v6.begin());
  return IpAddress::v6(v6).to_string();
}

std::vector<std::string> hosts_of(const X509* certificate) {
  std::vector<std::string> hosts;
  const GeneralNames names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  if (!names) return hosts;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (auto host = host_of(sk_GENERAL_NAME_value(names.get(), i))) hosts.push_back(std::move(*host));
  }
  return hosts;
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool matches(std::string_view pattern, std::string_view host) noexcept {
  if (!pattern.starts_with("*.")) return equals_ignoring_case(pattern, host);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equals_ignoring_case(pattern.substr(1), host.substr(dot));
}

}  // namespace

Result<TlsCertificate, TlsMistake> load_tls_certificate(const CertificatePem& pem) {
  const OpensslErrors errors;
  constexpr std::size_t kMaxSize = std::size_t{16} << 20U;  // BIO counts in int
  if (pem.chain.size() > kMaxSize || pem.key.size() > kMaxSize) return mistake(pem, "too large");
  TlsCertificate certificate;
  if (auto wrong = read_chain(pem, certificate)) return *std::move(wrong);
  if (auto wrong = read_key(pem, certificate)) return *std::move(wrong);
  if (auto wrong = check_key(pem, certificate)) return *std::move(wrong);
  auto about = describe_certificate(certificate.leaf.get(), pem.name);
  if (!about) return mistake(pem, "the certificate's validity cannot be read");
  certificate.about = *std::move(about);
  return certificate;
}

std::optional<TlsSettings::Certificate> describe_certificate(const X509* certificate, std::string name) {
  const auto not_before = to_unix(X509_get0_notBefore(certificate));
  const auto not_after = to_unix(X509_get0_notAfter(certificate));
  if (!not_before || !not_after) return std::nullopt;
  return TlsSettings::Certificate{std::move(name), hosts_of(certificate), *not_before, *not_after};
}

bool serves_host(const TlsSettings::Certificate& certificate, std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return false;
  return std::any_of(certificate.hosts.begin(), certificate.hosts.end(),
                     [&](const std::string& pattern) { return matches(pattern, host); });
}

bool use_certificates(SSL* ssl, const std::vector<TlsCertificate>& certificates, std::string_view host) noexcept {
  const auto serves = [&](const TlsCertificate& candidate) { return serves_host(candidate.about, host); };
  const bool any_serves = std::any_of(certificates.begin(), certificates.end(), serves);
  for (auto it = certificates.begin(); it != certificates.end(); ++it) {
    if (any_serves && !serves(*it)) continue;
    // The first of its type of key wins; quadratic in a number that an operator types.
    const bool is_taken = std::any_of(certificates.begin(), it, [&](const TlsCertificate& earlier) {
      return earlier.key_type == it->key_type && (!any_serves || serves(earlier));
    });
    if (is_taken) continue;
    if (SSL_use_cert_and_key(ssl, it->leaf.get(), it->key.get(), it->issuers.get(), 1) != 1) return false;
  }
  return true;
}

}  // namespace turnpike::net
