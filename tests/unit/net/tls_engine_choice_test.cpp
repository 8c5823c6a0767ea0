#include <gtest/gtest.h>
#include <openssl/err.h>

#include "support/seeded_random.hpp"
#include "test_certificates.hpp"
#include "tls_pair.hpp"
#include "turnpike/net/tls_engine.hpp"

namespace turnpike::net {
namespace {

using State = TlsEngine::State;
using Settings = std::shared_ptr<const TlsSettings>;

/// RSA and ECDSA of one host, and another host.
const Settings& many() {
  static const Settings made = make_settings(
      {self_signed(TestKey::rsa_2048, {"first.example"}), self_signed(TestKey::ecdsa_p256, {"first.example"}),
       self_signed(TestKey::ecdsa_p256, {"*.second.example"}), self_signed(TestKey::ed25519, {"third.example"})});
  return made;
}

RawClient::Configure with_version(int version, const char* host = nullptr) {
  return [=](SSL* ssl) {
    SSL_set_min_proto_version(ssl, version);
    SSL_set_max_proto_version(ssl, version);
    if (host != nullptr) SSL_set_tlsext_host_name(ssl, host);
  };
}

TEST(TlsEngineChoiceTest, BothVersionsAreServed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    RawClient client(with_version(version));
    TlsEngine server = *TlsEngine::accept(many());
    client.run(server);
    EXPECT_EQ(server.state(), State::open);
    EXPECT_EQ(server.version(), version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
  }
}

TEST(TlsEngineChoiceTest, OnlyTls13RefusesTls12) {
  TlsOptions options;
  options.only_tls13 = true;
  const Settings settings = make_settings({self_signed(TestKey::ecdsa_p256, {"a"})}, options);
  RawClient client(with_version(TLS1_2_VERSION));
  TlsEngine server = *TlsEngine::accept(settings);
  client.run(server);
  EXPECT_EQ(server.failure(), TlsFailure::no_common_version);
}

TEST(TlsEngineChoiceTest, TheNameThatTheClientSaysPicksTheCertificate) {
  const std::vector<std::pair<const char*, const char*>> cases{{"first.example", "first.example"},
                                                               {"FIRST.example", "first.example"},
                                                               {"a.second.example", "*.second.example"},
                                                               {"unknown.example", "first.example"},
                                                               {nullptr, "first.example"},
                                                               {"third.example", "third.example"}};
  for (const auto& [host, expected] : cases) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      RawClient client(with_version(version, host));
      TlsEngine server = *TlsEngine::accept(many());
      client.run(server);
      EXPECT_EQ(client.peer_host(), expected) << (host == nullptr ? "no name" : host);
    }
  }
}

TEST(TlsEngineChoiceTest, ClientsOfOneKindOfKeyEachGetTheirs) {
  const std::vector<std::pair<const char*, int>> cases{
      {"ecdsa_secp256r1_sha256", EVP_PKEY_EC}, {"rsa_pss_rsae_sha256", EVP_PKEY_RSA}, {"ed25519", EVP_PKEY_ED25519}};
  for (const auto& [algorithm, type] : cases) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      RawClient client([version, name = algorithm](SSL* ssl) {
        with_version(version)(ssl);
        ASSERT_EQ(SSL_set1_sigalgs_list(ssl, name), 1);
      });
      TlsEngine server = *TlsEngine::accept(many());
      client.run(server);
      EXPECT_EQ(client.peer_key_type(), type) << algorithm;
    }
  }
}

TEST(TlsEngineChoiceTest, ACipherOfTls12PicksTheKindOfKeyToo) {
  for (const auto& [cipher, type] :
       {std::pair{"ECDHE-RSA-AES128-GCM-SHA256", EVP_PKEY_RSA}, {"ECDHE-ECDSA-CHACHA20-POLY1305", EVP_PKEY_EC}}) {
    RawClient client([name = cipher](SSL* ssl) {
      with_version(TLS1_2_VERSION)(ssl);
      SSL_set_cipher_list(ssl, name);
    });
    TlsEngine server = *TlsEngine::accept(many());
    client.run(server);
    EXPECT_EQ(client.peer_key_type(), type) << cipher;
  }
}

TEST(TlsEngineChoiceTest, AClientThatPrefersChachaGetsIt) {
  RawClient client([](SSL* ssl) { SSL_set_ciphersuites(ssl, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"); });
  TlsEngine server = *TlsEngine::accept(many());
  client.run(server);
  EXPECT_STREQ(SSL_get_cipher_name(client.ssl()), "TLS_CHACHA20_POLY1305_SHA256");
}

/// A session begun with `first`, and whether `second` takes it up again.
bool resumes(int version, const Settings& first, const Settings& second) {
  RawClient before(with_version(version));
  TlsEngine first_server = *TlsEngine::accept(first);
  before.run(first_server);
  EXPECT_FALSE(first_server.is_resumed());
  const auto session = before.session();
  RawClient after(with_version(version), session.get());
  TlsEngine second_server = *TlsEngine::accept(second);
  after.run(second_server);
  EXPECT_EQ(second_server.state(), State::open);
  return second_server.is_resumed();
}

class TlsResumptionTest : public testing::TestWithParam<int> {
 protected:
  test::SeededRandom random_{99};
};

TEST_P(TlsResumptionTest, ATicketIsGoodForTheSameSettings) { EXPECT_TRUE(resumes(GetParam(), many(), many())); }

TEST_P(TlsResumptionTest, ATicketIsGoodAfterOneNewKey) {
  EXPECT_TRUE(resumes(GetParam(), many(), many()->with_new_ticket_key(random_)));
}

TEST_P(TlsResumptionTest, ATicketIsNoLongerGoodAfterTwoNewKeys) {
  EXPECT_FALSE(resumes(GetParam(), many(), many()->with_new_ticket_key(random_)->with_new_ticket_key(random_)));
}

TEST_P(TlsResumptionTest, ATicketIsGoodWithOtherCertificates) {
  const std::vector<CertificatePem> others{self_signed(TestKey::ecdsa_p256, {"new.example"})};
  EXPECT_TRUE(resumes(GetParam(), many(), *many()->with_certificates(others)));
}

TEST_P(TlsResumptionTest, ATicketOfOtherSettingsIsNotTaken) {
  test::SeededRandom random(12345);
  const std::vector<CertificatePem> pems{self_signed(TestKey::ecdsa_p256, {"a"})};
  EXPECT_FALSE(resumes(GetParam(), *TlsSettings::make(pems, {}, random), many()));
}

TEST_P(TlsResumptionTest, ATicketOpenedWithTheKeyBeforeIsRenewed) {
  const Settings rotated = many()->with_new_ticket_key(random_);
  RawClient first(with_version(GetParam()));
  TlsEngine first_server = *TlsEngine::accept(many());
  first.run(first_server);
  RawClient second(with_version(GetParam()), first.session().get());
  TlsEngine second_server = *TlsEngine::accept(rotated);
  second.run(second_server);
  RawClient third(with_version(GetParam()), second.session().get());
  TlsEngine third_server = *TlsEngine::accept(rotated->with_new_ticket_key(random_));
  third.run(third_server);
  EXPECT_TRUE(third_server.is_resumed());
}

TEST(TlsEngineChoiceTest, WithTls13EveryResumptionBringsATicketForTheNext) {
  RawClient first(with_version(TLS1_3_VERSION));
  TlsEngine first_server = *TlsEngine::accept(many());
  first.run(first_server);
  const auto begun = first.session();
  RawClient second(with_version(TLS1_3_VERSION), begun.get());
  TlsEngine second_server = *TlsEngine::accept(many());
  second.run(second_server);
  ASSERT_TRUE(second_server.is_resumed());
  const auto renewed = second.session();
  EXPECT_NE(renewed, begun);
  EXPECT_TRUE(SSL_SESSION_is_resumable(renewed.get()));
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsResumptionTest, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) { return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

}  // namespace
}  // namespace turnpike::net
