#include "test_certificates.hpp"

#include <openssl/dsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "net/openssl_handles.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::net {
namespace {

using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeOpenssl<EVP_PKEY_CTX_free>>;

KeyHandle dsa_key() {
  const KeyContext parameters_context{EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, nullptr)};
  EVP_PKEY* made = nullptr;
  TURNPIKE_CHECK(EVP_PKEY_paramgen_init(parameters_context.get()) == 1);
  TURNPIKE_CHECK(EVP_PKEY_CTX_set_dsa_paramgen_bits(parameters_context.get(), 1024) == 1);
  TURNPIKE_CHECK(EVP_PKEY_paramgen(parameters_context.get(), &made) == 1);
  const KeyHandle parameters{made};
  made = nullptr;
  const KeyContext key_context{EVP_PKEY_CTX_new(parameters.get(), nullptr)};
  TURNPIKE_CHECK(EVP_PKEY_keygen_init(key_context.get()) == 1 && EVP_PKEY_keygen(key_context.get(), &made) == 1);
  return KeyHandle{made};
}

KeyHandle make_key(TestKey kind) {
  switch (kind) {
    case TestKey::ecdsa_p256: return KeyHandle{EVP_EC_gen("P-256")};
    case TestKey::ecdsa_secp256k1: return KeyHandle{EVP_EC_gen("secp256k1")};
    case TestKey::rsa_2048: return KeyHandle{EVP_RSA_gen(2048)};
    case TestKey::rsa_1024: return KeyHandle{EVP_RSA_gen(1024)};
    case TestKey::ed25519: return KeyHandle{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
    case TestKey::dsa: return dsa_key();
  }
  return nullptr;
}

std::string text_of(BIO* bio) {
  const char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string key_pem(const EVP_PKEY* key, const std::string& passphrase) {
  const BioHandle bio{BIO_new(BIO_s_mem())};
  TURNPIKE_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key, passphrase.empty() ? nullptr : EVP_aes_256_cbc(),
                                               passphrase.data(), static_cast<int>(passphrase.size()), nullptr,
                                               nullptr) == 1);
  return text_of(bio.get());
}

std::string chain_pem(EVP_PKEY* key, bool has_digest, const std::vector<std::string>& hosts) {
  const X509Handle certificate{X509_new()};
  X509* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  ASN1_TIME_set(X509_getm_notBefore(x509), kTestStart.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(x509), (kTestStart + kTestLifetime).time_since_epoch().count());
  X509_set_pubkey(x509, key);
  std::string names;
  for (const std::string& host : hosts) names += (names.empty() ? "DNS:" : ",DNS:") + host;
  if (!names.empty()) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }
  TURNPIKE_CHECK(X509_sign(x509, key, has_digest ? EVP_sha256() : nullptr) > 0);
  const BioHandle bio{BIO_new(BIO_s_mem())};
  TURNPIKE_CHECK(PEM_write_bio_X509(bio.get(), x509) == 1);
  return text_of(bio.get());
}

}  // namespace

CertificatePem self_signed(TestKey kind, const std::vector<std::string>& hosts) {
  const KeyHandle key = make_key(kind);
  return {"self-signed", chain_pem(key.get(), kind != TestKey::ed25519, hosts), key_pem(key.get(), {})};
}

CertificatePem with_passphrase(TestKey kind) {
  const KeyHandle key = make_key(kind);
  return {"locked.pem", chain_pem(key.get(), true, {}), key_pem(key.get(), "open sesame")};
}

}  // namespace turnpike::net
