#include "turnpike/net/made_up_certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "net/openssl_handles.hpp"
#include "test_certificates.hpp"

namespace turnpike::net {
namespace {

struct Parsed {
  X509Handle leaf;
  X509Handle authority;
};

Parsed parse(const MadeUpCertificate& made) {
  const BioHandle bio{BIO_new_mem_buf(made.server.chain.data(), static_cast<int>(made.server.chain.size()))};
  Parsed parsed;
  parsed.leaf.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  parsed.authority.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  return parsed;
}

int verify(const Parsed& parsed, UnixSeconds at, const char* host, const char* address) {
  using StoreHandle = std::unique_ptr<X509_STORE, FreeOpenssl<X509_STORE_free>>;
  using ContextHandle = std::unique_ptr<X509_STORE_CTX, FreeOpenssl<X509_STORE_CTX_free>>;
  const StoreHandle store{X509_STORE_new()};
  X509_STORE_add_cert(store.get(), parsed.authority.get());
  const ContextHandle context{X509_STORE_CTX_new()};
  X509_STORE_CTX_init(context.get(), store.get(), parsed.leaf.get(), nullptr);
  X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_time(rules, at.time_since_epoch().count());
  if (host != nullptr) X509_VERIFY_PARAM_set1_host(rules, host, 0);
  if (address != nullptr) X509_VERIFY_PARAM_set1_ip_asc(rules, address);
  const int verified = X509_verify_cert(context.get());
  ERR_clear_error();
  return verified == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

TEST(MadeUpCertificateTest, StandsAStrictVerificationForEveryHost) {
  const Parsed parsed = parse(made_up({"turn.example", "*.wild.example", "localhost", "127.0.0.1", "::1"}));
  ASSERT_TRUE(parsed.leaf && parsed.authority);
  for (const char* host : {"turn.example", "a.wild.example", "localhost"}) {
    EXPECT_EQ(verify(parsed, kTestStart, host, nullptr), X509_V_OK) << host;
  }
  for (const char* address : {"127.0.0.1", "::1"}) {
    EXPECT_EQ(verify(parsed, kTestStart, nullptr, address), X509_V_OK) << address;
  }
  EXPECT_EQ(verify(parsed, kTestStart, "other.example", nullptr), X509_V_ERR_HOSTNAME_MISMATCH);
  EXPECT_EQ(verify(parsed, kTestStart, nullptr, "127.0.0.2"), X509_V_ERR_IP_ADDRESS_MISMATCH);
}

TEST(MadeUpCertificateTest, OnlyTheAuthorityIsAnAuthority) {
  const Parsed parsed = parse(made_up({"turn.example"}));
  EXPECT_EQ(X509_get_extension_flags(parsed.leaf.get()) & (EXFLAG_CA | EXFLAG_SS), 0U);
  EXPECT_EQ(X509_get_key_usage(parsed.leaf.get()), static_cast<std::uint32_t>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_extended_key_usage(parsed.leaf.get()), static_cast<std::uint32_t>(XKU_SSL_SERVER));
  EXPECT_NE(X509_get_extension_flags(parsed.authority.get()) & EXFLAG_CA, 0U);
  EXPECT_NE(X509_get_key_usage(parsed.authority.get()) & static_cast<std::uint32_t>(KU_KEY_CERT_SIGN), 0U);
}

TEST(MadeUpCertificateTest, IsValidFromAnHourBeforeToTheEndOfItsLife) {
  const std::vector<std::string> hosts{"a"};
  const Parsed parsed = parse(*make_up_certificate(hosts, kTestStart, Seconds{1000}));
  EXPECT_EQ(verify(parsed, kTestStart - Seconds{3599}, nullptr, nullptr), X509_V_OK);
  EXPECT_EQ(verify(parsed, kTestStart + Seconds{999}, nullptr, nullptr), X509_V_OK);
  EXPECT_EQ(verify(parsed, kTestStart - Seconds{3601}, nullptr, nullptr), X509_V_ERR_CERT_NOT_YET_VALID);
  EXPECT_EQ(verify(parsed, kTestStart + Seconds{1001}, nullptr, nullptr), X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(MadeUpCertificateTest, NoTwoShareAKeyOrASerialNumber) {
  const MadeUpCertificate one = made_up({"a"});
  const MadeUpCertificate other = made_up({"a"});
  EXPECT_NE(one.server.key, other.server.key);
  EXPECT_NE(
      ASN1_INTEGER_cmp(X509_get0_serialNumber(parse(one).leaf.get()), X509_get0_serialNumber(parse(other).leaf.get())),
      0);
}

TEST(MadeUpCertificateTest, WhatIsNoHostIsRefused) {
  for (const char* host : {"", "a,IP:1.2.3.4", "a b", "a\nb", "a/b", "a@b"}) {
    const std::vector<std::string> hosts{"good.example", host};
    EXPECT_TRUE(make_up_certificate(hosts, kTestStart, kTestLifetime).has_error()) << host;
  }
  EXPECT_TRUE(make_up_certificate({}, kTestStart, kTestLifetime).has_error());
}

}  // namespace
}  // namespace turnpike::net
