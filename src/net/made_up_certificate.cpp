#include "turnpike/net/made_up_certificate.hpp"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "net/openssl_errors.hpp"
#include "net/openssl_handles.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/system_random.hpp"

namespace turnpike::net {
namespace {

using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeOpenssl<X509_EXTENSION_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, FreeOpenssl<BN_free>>;

constexpr Seconds kBackdating{3600};

struct Signed {
  X509Handle certificate;
  KeyHandle key;
};

struct Extension {
  int nid;
  std::string value;
};

/// RFC 5280 section 4.1.2.2: positive, at most 20 bytes.
bool set_random_serial(X509* certificate) noexcept {
  std::array<std::uint8_t, 16> bytes{};
  SystemRandom{}.fill(bytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7fU) | 0x40U);
  const NumberHandle number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, UnixSeconds now, Seconds lifetime) noexcept {
  const auto to_time_t = [](UnixSeconds time) { return static_cast<std::time_t>(time.time_since_epoch().count()); };
  return ASN1_TIME_set(X509_getm_notBefore(certificate), to_time_t(now - kBackdating)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), to_time_t(now + lifetime)) != nullptr;
}

bool set_subject(X509* certificate, const std::string& name) noexcept {
  const ByteSpan bytes = as_bytes(name);
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8, bytes.data(),
                                    static_cast<int>(bytes.size()), -1, 0) == 1;
}

bool add(X509* certificate, X509* issuer, const Extension& extension) noexcept {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionHandle made{X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str())};
  return made && X509_add_ext(certificate, made.get(), -1) == 1;
}

/// `issuer` null: signs itself. `certificate` keeps its key, so that it may be an issuer.
bool build(Signed& certificate, const std::string& name, UnixSeconds now, Seconds lifetime,
           const std::vector<Extension>& extensions, const Signed* issuer) noexcept {
  certificate.certificate.reset(X509_new());
  certificate.key.reset(EVP_EC_gen("P-256"));
  X509* const x509 = certificate.certificate.get();
  if (x509 == nullptr || !certificate.key) return false;
  const Signed& signer = issuer == nullptr ? certificate : *issuer;
  if (X509_set_version(x509, X509_VERSION_3) != 1 || !set_random_serial(x509) || !set_validity(x509, now, lifetime) ||
      !set_subject(x509, name) || X509_set_issuer_name(x509, X509_get_subject_name(signer.certificate.get())) != 1 ||
      X509_set_pubkey(x509, certificate.key.get()) != 1) {
    return false;
  }
  for (const Extension& extension : extensions) {
    if (!add(x509, signer.certificate.get(), extension)) return false;
  }
  return X509_sign(x509, signer.key.get(), EVP_sha256()) > 0;
}

std::string text_of(BIO* bio) {
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return size > 0 ? std::string{text, static_cast<std::size_t>(size)} : std::string{};
}

std::string pem_of(X509* certificate) {
  const BioHandle bio{BIO_new(BIO_s_mem())};
  return bio && PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : std::string{};
}

std::string pem_of(const EVP_PKEY* key) {
  const BioHandle bio{BIO_new(BIO_s_secmem())};
  return bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1
             ? text_of(bio.get())
             : std::string{};
}

/// The text goes through OpenSSL's reader of extensions, to which a comma or a line would be more than a name.
bool is_dns_name(const std::string& host) noexcept {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._*";
  return !host.empty() && host.size() <= 253 && host.find_first_not_of(kAllowed) == std::string::npos;
}

}  // namespace

Result<MadeUpCertificate, TlsMistake> make_up_certificate(std::span<const std::string> hosts, UnixSeconds now,
                                                          Seconds lifetime) {
  const OpensslErrors errors;
  if (hosts.empty()) return TlsMistake{"a certificate needs a host"};
  std::string alternative_names;
  for (const std::string& host : hosts) {
    const bool is_address = IpAddress::parse(host).has_value();
    if (!is_address && !is_dns_name(host)) return TlsMistake{"'" + host + "' is no DNS name and no IP address"};
    alternative_names += (alternative_names.empty() ? "" : ",") + std::string{is_address ? "IP:" : "DNS:"} + host;
  }
  const std::vector<Extension> of_authority{{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                            {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                            {NID_subject_key_identifier, "hash"}};
  const std::vector<Extension> of_server{{NID_basic_constraints, "critical,CA:FALSE"},
                                         {NID_key_usage, "critical,digitalSignature"},
                                         {NID_ext_key_usage, "serverAuth"},
                                         {NID_subject_alt_name, alternative_names},
                                         {NID_subject_key_identifier, "hash"},
                                         {NID_authority_key_identifier, "keyid:always"}};
  Signed authority;
  Signed server;
  if (!build(authority, "turnpike made-up authority", now, lifetime, of_authority, nullptr) ||
      !build(server, "turnpike made-up certificate", now, lifetime, of_server, &authority)) {
    return TlsMistake{"a certificate cannot be made: " + OpensslErrors::first_reason()};
  }
  MadeUpCertificate made{{"made-up certificate", pem_of(server.certificate.get()), pem_of(server.key.get())},
                         pem_of(authority.certificate.get())};
  if (made.server.chain.empty() || made.server.key.empty() || made.ca_pem.empty()) {
    return TlsMistake{"a certificate cannot be made: out of memory"};
  }
  made.server.chain += made.ca_pem;
  return made;
}

}  // namespace turnpike::net
