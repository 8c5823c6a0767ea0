#include <gtest/gtest.h>
#include <openssl/err.h>

#include "support/seeded_random.hpp"
#include "test_certificates.hpp"
#include "tls_pair.hpp"
#include "turnpike/net/tls_engine.hpp"

namespace turnpike::net {
namespace {

using State = TlsEngine::State;

const std::shared_ptr<const TlsSettings>& settings() {
  static const std::shared_ptr<const TlsSettings> made = make_settings({made_up({"turn.example"}).server});
  return made;
}

TlsEngine fresh() { return *TlsEngine::accept(settings()); }

std::vector<std::uint8_t> client_hello() {
  RawClient client;
  SSL_do_handshake(client.ssl());
  ERR_clear_error();
  return client.take_output();
}

TEST(TlsEngineRudeTest, PlaintextHttpFailsAsMalformed) {
  TlsEngine server = fresh();
  Wire wire;
  feed_all(server, as_bytes("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), wire);
  EXPECT_EQ(server.state(), State::failed);
  EXPECT_EQ(server.failure(), TlsFailure::malformed);
}

TEST(TlsEngineRudeTest, JunkFailsAndNeverOpens) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    test::SeededRandom random(seed);
    auto junk = random.bytes(1 + seed * 7);
    if (seed % 2 == 0) junk[0] = 22;  // looks like a handshake record
    if (seed % 4 == 0 && junk.size() > 3) junk[1] = junk[2] = 3;
    TlsEngine server = fresh();
    Wire wire;
    EXPECT_EQ(feed_all(server, junk, wire, 1 + seed % 50), "");
    EXPECT_NE(server.state(), State::open);
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

TEST(TlsEngineRudeTest, ACutOffHelloKeepsWaiting) {
  const auto hello = client_hello();
  for (std::size_t size = 0; size < hello.size(); ++size) {
    TlsEngine server = fresh();
    Wire wire;
    feed_all(server, ByteSpan{hello}.first(size), wire);
    EXPECT_EQ(server.state(), State::handshaking) << size;
    EXPECT_TRUE(wire.bytes.empty());
  }
}

TEST(TlsEngineRudeTest, AHelloWithAnyByteChangedNeverOpens) {
  const auto hello = client_hello();
  for (std::size_t i = 0; i < hello.size(); ++i) {
    auto changed = hello;
    changed[i] ^= 0xffU;
    TlsEngine server = fresh();
    Wire wire;
    feed_all(server, changed, wire);
    EXPECT_NE(server.state(), State::open) << i;
    EXPECT_EQ(ERR_peek_error(), 0U);
  }
}

TEST(TlsEngineRudeTest, ARecordThatDeclaresTooMuchFails) {
  TlsEngine server = fresh();
  Wire wire;
  const std::vector<std::uint8_t> header{22, 3, 1, 0xff, 0xff, 1, 2, 3};
  feed_all(server, header, wire);
  EXPECT_EQ(server.state(), State::failed);
  EXPECT_EQ(server.failure(), TlsFailure::malformed);
}

TEST(TlsEngineRudeTest, ApplicationTextBeforeTheHandshakeFails) {
  TlsEngine server = fresh();
  Wire wire;
  const std::vector<std::uint8_t> record{23, 3, 3, 0, 4, 1, 2, 3, 4};
  feed_all(server, record, wire);
  EXPECT_EQ(server.failure(), TlsFailure::malformed);
}

TEST(TlsEngineRudeTest, AForgedRecordEndsAnOpenSession) {
  TlsPair pair(settings(), {});
  pair.run();
  ASSERT_TRUE(pair.client.write(as_bytes("text"), pair.to_server));
  pair.to_server.bytes.back() ^= 1U;
  pair.run();
  EXPECT_EQ(pair.server_got, "");
  EXPECT_EQ(pair.server.state(), State::failed);
  EXPECT_EQ(pair.server.failure(), TlsFailure::forged);
  EXPECT_EQ(pair.client.failure(), TlsFailure::peer_alert);
}

TEST(TlsEngineRudeTest, WhatComesAfterAFailureIsIgnored) {
  TlsEngine server = fresh();
  Wire wire;
  feed_all(server, as_bytes("SSH-2.0-OpenSSH_9.2\r\n"), wire);
  ASSERT_EQ(server.state(), State::failed);
  wire.bytes.clear();
  EXPECT_EQ(feed_all(server, client_hello(), wire), "");
  server.close(wire);
  EXPECT_FALSE(server.write(as_bytes("x"), wire));
  EXPECT_TRUE(wire.bytes.empty());
  EXPECT_EQ(server.failure(), TlsFailure::malformed);
}

TEST(TlsEngineRudeTest, AFailureInOneEngineDoesNotDisturbAnother) {
  TlsPair pair(settings(), {});
  for (int turn = 0; turn < 10; ++turn) {
    TlsEngine other = fresh();
    Wire wire;
    feed_all(other, as_bytes("junk junk junk"), wire);
    ASSERT_EQ(other.state(), State::failed);
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);  // and what other code of the thread may have left behind
    pair.client_got += feed_all(pair.client, pair.to_client.take(), pair.to_server);
    ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
    pair.server_got += feed_all(pair.server, pair.to_server.take(), pair.to_client);
  }
  ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
  EXPECT_TRUE(pair.client.write(as_bytes("question"), pair.to_server));
  pair.run();
  EXPECT_TRUE(pair.is_open());
  EXPECT_EQ(pair.server_got, "question");
}

TEST(TlsEngineRudeTest, RenegotiationIsRefused) {
  RawClient client([](SSL* ssl) { SSL_set_max_proto_version(ssl, TLS1_2_VERSION); });
  TlsEngine server = fresh();
  client.run(server);
  ASSERT_EQ(server.state(), State::open);
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  SSL_do_handshake(client.ssl());
  client.run(server);
  EXPECT_EQ(SSL_num_renegotiations(client.ssl()), 1) << "it has asked";
  EXPECT_NE(SSL_is_init_finished(client.ssl()), 1) << "and was not answered";
}

TEST(TlsEngineRudeTest, OldVersionsFindNothingInCommon) {
  RawClient client([](SSL* ssl) {
    SSL_set_min_proto_version(ssl, TLS1_VERSION);
    SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
    SSL_set_cipher_list(ssl, "DEFAULT:@SECLEVEL=0");
  });
  TlsEngine server = fresh();
  client.run(server);
  EXPECT_EQ(server.failure(), TlsFailure::no_common_version);
}

TEST(TlsEngineRudeTest, OldCiphersFindNothingInCommon) {
  for (const char* cipher : {"AES128-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256",
                             "DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-CCM", "aNULL"}) {
    RawClient client([&](SSL* ssl) {
      SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
      SSL_set_cipher_list(ssl, (std::string{cipher} + ":@SECLEVEL=0").c_str());
    });
    TlsEngine server = fresh();
    client.run(server);
    EXPECT_EQ(server.failure(), TlsFailure::no_common_cipher) << cipher;
  }
}

TEST(TlsEngineRudeTest, OtherGroupsFindNothingInCommon) {
  RawClient client([](SSL* ssl) { SSL_set1_groups_list(ssl, "X448:P-521"); });
  TlsEngine server = fresh();
  client.run(server);
  EXPECT_EQ(server.state(), State::failed);
  EXPECT_EQ(server.failure(), TlsFailure::no_common_cipher);
}

TEST(TlsEngineRudeTest, EveryFailureHasAName) {
  for (int i = 0; i < static_cast<int>(TlsFailure::count_); ++i) {
    EXPECT_NE(to_string(static_cast<TlsFailure>(i)), "unknown");
  }
}

}  // namespace
}  // namespace turnpike::net
