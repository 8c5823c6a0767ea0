#include "turnpike/net/tls_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "net/tls_certificate.hpp"
#include "support/seeded_random.hpp"
#include "test_certificates.hpp"

namespace turnpike::net {
namespace {

using test::SeededRandom;
using testing::ElementsAre;
using testing::HasSubstr;

/// What is wrong with it; empty when nothing is.
std::string complaint(const std::vector<CertificatePem>& certificates, const TlsOptions& options = {}) {
  SeededRandom random(1);
  const auto made = TlsSettings::make(certificates, options, random);
  EXPECT_EQ(ERR_peek_error(), 0U) << "the error queue is empty whatever the outcome";
  return made ? std::string{} : made.error().message;
}

const CertificatePem& good() {
  static const CertificatePem certificate = made_up({"turn.example"}).server;
  return certificate;
}

CertificatePem with_chain(std::string chain) { return {"site.pem", std::move(chain), good().key}; }
CertificatePem with_key(std::string key) { return {"site.pem", good().chain, std::move(key)}; }

TEST(TlsSettingsTest, AMadeUpCertificateIsTakenAndDescribed) {
  SeededRandom random(1);
  const std::vector<CertificatePem> pems{made_up({"turn.example", "192.0.2.1", "2001:db8::1"}).server};
  const auto made = TlsSettings::make(pems, {}, random);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  const TlsSettings::Certificate& about = (*made)->certificates().at(0);
  EXPECT_EQ(about.name, "made-up certificate");
  EXPECT_THAT(about.hosts, ElementsAre("turn.example", "192.0.2.1", "2001:db8::1"));
  EXPECT_EQ(about.not_before, kTestStart - Seconds{3600});
  EXPECT_EQ(about.not_after, kTestStart + kTestLifetime);
}

TEST(TlsSettingsTest, EveryKindOfKeyIsTakenSideBySide) {
  EXPECT_EQ(complaint({self_signed(TestKey::rsa_2048, {"a"}), self_signed(TestKey::ecdsa_p256, {"a"}),
                       self_signed(TestKey::ed25519, {"a"})}),
            "");
}

TEST(TlsSettingsTest, NoCertificateIsAMistake) { EXPECT_THAT(complaint({}), HasSubstr("no certificate")); }

TEST(TlsSettingsTest, AnEmptyChainIsAMistakeThatNamesTheFile) {
  EXPECT_THAT(complaint({with_chain("")}), HasSubstr("site.pem: there is no certificate in it"));
}

TEST(TlsSettingsTest, TextThatIsNoPemIsAMistake) {
  EXPECT_THAT(complaint({with_chain("hello\n")}), HasSubstr("there is no certificate in it"));
}

TEST(TlsSettingsTest, AChainCutOffAnywhereInsideACertificateIsAMistake) {
  const std::string& chain = good().chain;
  const std::size_t second = chain.find("-----BEGIN", 1);
  for (std::size_t size = 0; size + 1 < chain.size(); ++size) {
    // Between two certificates nobody can tell.
    if (size + 1 == second || size == second) continue;
    EXPECT_NE(complaint({with_chain(chain.substr(0, size))}), "") << size;
  }
}

TEST(TlsSettingsTest, AKeyCutOffAnywhereIsAMistake) {
  const std::string& key = good().key;
  for (std::size_t size = 0; size + 1 < key.size(); ++size) {
    EXPECT_THAT(complaint({with_key(key.substr(0, size))}), HasSubstr("site.pem: ")) << size;
  }
}

TEST(TlsSettingsTest, AnotherCertificatesKeyIsAMistake) {
  EXPECT_THAT(complaint({with_key(made_up({"b"}).server.key)}), HasSubstr("does not belong to the certificate"));
}

TEST(TlsSettingsTest, AKeyOfAnotherKindIsAMistake) {
  EXPECT_THAT(complaint({with_key(self_signed(TestKey::rsa_2048, {}).key)}), HasSubstr("does not belong"));
}

TEST(TlsSettingsTest, AnEncryptedKeyIsAMistakeAndNobodyIsAskedForThePassphrase) {
  EXPECT_THAT(complaint({with_passphrase(TestKey::ecdsa_p256)}), HasSubstr("locked.pem: the private key is encrypted"));
}

TEST(TlsSettingsTest, AShortRsaKeyIsAMistake) {
  EXPECT_THAT(complaint({self_signed(TestKey::rsa_1024, {})}), HasSubstr("fewer than 2048 bits"));
}

TEST(TlsSettingsTest, ACurveThatTlsDoesNotUseIsAMistake) {
  EXPECT_THAT(complaint({self_signed(TestKey::ecdsa_secp256k1, {})}), HasSubstr("curve"));
}

TEST(TlsSettingsTest, ADsaKeyIsAMistake) {
  EXPECT_THAT(complaint({self_signed(TestKey::dsa, {})}), HasSubstr("neither RSA, ECDSA nor EdDSA"));
}

TEST(TlsSettingsTest, AnExpiredCertificateIsTaken) {
  const std::vector<std::string> hosts{"turn.example"};
  EXPECT_EQ(complaint({make_up_certificate(hosts, UnixSeconds{Seconds{946684800}}, Seconds{60})->server}), "");
}

TEST(TlsSettingsTest, NoMistakeQuotesTheKey) {
  const std::string body = good().key.substr(good().key.find('\n') + 1, 20);
  EXPECT_THAT(complaint({{"k", good().chain, good().key.substr(0, 100)}}), Not(HasSubstr(body)));
  EXPECT_THAT(complaint({{"k", good().key, good().key}}), Not(HasSubstr(body)));
}

TEST(TlsSettingsTest, AnEmptyAlpnProtocolIsAMistake) {
  TlsOptions options;
  options.alpn = {"stun.turn", ""};
  EXPECT_THAT(complaint({good()}, options), HasSubstr("ALPN"));
}

TEST(TlsSettingsTest, OtherCertificatesThatAreBrokenAreAMistakeAndTheFirstStay) {
  SeededRandom random(1);
  const std::vector<CertificatePem> pems{good()};
  const auto made = TlsSettings::make(pems, {}, random);
  const std::vector<CertificatePem> broken{with_chain("")};
  EXPECT_TRUE((*made)->with_certificates(broken).has_error());
  EXPECT_EQ((*made)->certificates().size(), 1U);
}

TEST(TlsSettingsTest, HostsAreMatchedWithoutCaseAndAStarIsOneLabel) {
  TlsSettings::Certificate certificate;
  certificate.hosts = {"turn.Example", "*.wild.example"};
  EXPECT_TRUE(serves_host(certificate, "TURN.example"));
  EXPECT_TRUE(serves_host(certificate, "turn.example."));
  EXPECT_TRUE(serves_host(certificate, "a.WILD.example"));
  EXPECT_FALSE(serves_host(certificate, "wild.example"));
  EXPECT_FALSE(serves_host(certificate, "a.b.wild.example"));
  EXPECT_FALSE(serves_host(certificate, ".wild.example"));
  EXPECT_FALSE(serves_host(certificate, "example"));
  EXPECT_FALSE(serves_host(certificate, ""));
}

}  // namespace
}  // namespace turnpike::net
