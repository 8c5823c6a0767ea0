#include "turnpike/net/tls_engine.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "test_certificates.hpp"
#include "tls_pair.hpp"

namespace turnpike::net {
namespace {

using State = TlsEngine::State;

const MadeUpCertificate& site() {
  static const MadeUpCertificate made = made_up({"turn.example", "192.0.2.1"});
  return made;
}

std::shared_ptr<const TlsSettings> site_settings(std::vector<std::string> alpn = {}, bool only_tls13 = false) {
  TlsOptions options;
  options.alpn = std::move(alpn);
  options.only_tls13 = only_tls13;
  return make_settings({site().server}, options);
}

TlsClientOptions trusting(std::string name, std::vector<std::string> alpn = {}) {
  return {std::move(name), site().ca_pem, std::move(alpn)};
}

/// Both directions, in pieces.
void expect_conversation(TlsPair& pair, std::size_t piece = kWhole) {
  ASSERT_TRUE(pair.is_open());
  EXPECT_TRUE(pair.client.write(as_bytes("question"), pair.to_server));
  EXPECT_TRUE(pair.server.write(as_bytes("answer"), pair.to_client));
  pair.run(piece);
  EXPECT_EQ(pair.server_got, "question");
  EXPECT_EQ(pair.client_got, "answer");
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(TlsEngineTest, AHandshakeAndAConversation) {
  TlsPair pair(site_settings(), trusting("turn.example"));
  pair.run();
  expect_conversation(pair);
  EXPECT_EQ(pair.server.version(), "TLSv1.3");
  EXPECT_FALSE(pair.server.is_resumed());
}

TEST(TlsEngineTest, AHandshakeAndAConversationByteByByte) {
  TlsPair pair(site_settings(), trusting("turn.example"));
  pair.run(1);
  expect_conversation(pair, 1);
}

TEST(TlsEngineTest, PiecesOfEverySizeMakeNoDifference) {
  for (std::size_t piece = 2; piece < 40; ++piece) {
    TlsPair pair(site_settings(), {});
    pair.run(piece);
    expect_conversation(pair, piece);
  }
}

TEST(TlsEngineTest, TheFirstRequestMayComeTogetherWithTheEndOfTheHandshake) {
  TlsPair pair(site_settings(), trusting("turn.example"));
  feed_all(pair.client, {}, pair.to_server);
  feed_all(pair.server, pair.to_server.take(), pair.to_client);
  feed_all(pair.client, pair.to_client.take(), pair.to_server);
  ASSERT_TRUE(pair.client.write(as_bytes("early bird"), pair.to_server));
  EXPECT_EQ(feed_all(pair.server, pair.to_server.take(), pair.to_client), "early bird");
}

TEST(TlsEngineTest, AnIpAddressIsVerifiedToo) {
  TlsPair pair(site_settings(), trusting("192.0.2.1"));
  pair.run();
  expect_conversation(pair);
}

TEST(TlsEngineTest, TextOfManyRecordsArrivesWhole) {
  TlsPair pair(site_settings(), trusting("turn.example"));
  pair.run();
  std::string text;
  for (int i = 0; text.size() < 100'000; ++i) text += std::to_string(i);
  EXPECT_TRUE(pair.client.write(as_bytes(text), pair.to_server));
  EXPECT_TRUE(pair.server.write(as_bytes(text), pair.to_client));
  pair.run(1000);
  EXPECT_EQ(pair.server_got, text);
  EXPECT_EQ(pair.client_got, text);
}

TEST(TlsEngineTest, ASmallBufferGetsOneRecordInSeveralReads) {
  TlsPair pair(site_settings(), {});
  pair.run();
  ASSERT_TRUE(pair.client.write(as_bytes("abcdefg"), pair.to_server));
  const auto sent = pair.to_server.take();
  pair.server.feed(sent);
  std::string got;
  std::array<std::uint8_t, 2> two{};
  while (const std::size_t count = pair.server.read(two, pair.to_client)) got += as_text({two.data(), count});
  EXPECT_EQ(got, "abcdefg");
}

TEST(TlsEngineTest, WritingNothingSendsNothing) {
  TlsPair pair(site_settings(), {});
  pair.run();
  EXPECT_TRUE(pair.server.write({}, pair.to_client));
  EXPECT_TRUE(pair.to_client.bytes.empty());
}

TEST(TlsEngineTest, NothingIsWrittenBeforeTheHandshakeIsComplete) {
  TlsPair pair(site_settings(), {});
  EXPECT_FALSE(pair.server.write(as_bytes("x"), pair.to_client));
  pair.server.close(pair.to_client);
  EXPECT_TRUE(pair.to_client.bytes.empty());
}

TEST(TlsEngineTest, TheServersOrderDecidesTheProtocol) {
  TlsPair pair(site_settings({"stun.turn", "http/1.1"}), {"", "", {"http/1.1", "stun.turn"}});
  pair.run();
  EXPECT_TRUE(pair.is_open());
  EXPECT_EQ(pair.server.alpn(), "stun.turn");
  EXPECT_EQ(pair.client.alpn(), "stun.turn");
}

TEST(TlsEngineTest, AClientWithoutAlpnIsServed) {
  TlsPair pair(site_settings({"stun.turn"}), {});
  pair.run();
  EXPECT_TRUE(pair.is_open());
  EXPECT_EQ(pair.server.alpn(), "");
}

TEST(TlsEngineTest, AClientWithOtherProtocolsOnlyIsTurnedAway) {
  TlsPair pair(site_settings({"stun.turn"}), {"", "", {"h2", "smtp"}});
  pair.run();
  EXPECT_EQ(pair.server.state(), State::failed);
  EXPECT_EQ(pair.server.failure(), TlsFailure::no_common_protocol);
  EXPECT_EQ(pair.client.failure(), TlsFailure::no_common_protocol);
}

TEST(TlsEngineTest, AClientThatDoesNotTrustTheAuthorityIsCountedAsThat) {
  TlsPair pair(site_settings(), {"turn.example", made_up({"turn.example"}).ca_pem, {}});
  pair.run();
  EXPECT_EQ(pair.client.failure(), TlsFailure::certificate_rejected);
  EXPECT_EQ(pair.server.state(), State::failed);
  EXPECT_EQ(pair.server.failure(), TlsFailure::certificate_rejected);
}

TEST(TlsEngineTest, AClientThatExpectsAnotherNameIsCountedAsThat) {
  TlsPair pair(site_settings(), trusting("other.example"));
  pair.run();
  EXPECT_EQ(pair.client.failure(), TlsFailure::certificate_rejected);
  EXPECT_EQ(pair.server.failure(), TlsFailure::certificate_rejected);
}

TEST(TlsEngineTest, AClientWithUnusableOptionsIsRefused) {
  EXPECT_TRUE(TlsEngine::connect({"a", "no PEM", {}}).has_error());
  EXPECT_TRUE(TlsEngine::connect({"a", "", {""}}).has_error());
}

TEST(TlsEngineTest, TheServerClosesAndTheClientLearnsIt) {
  TlsPair pair(site_settings(), {});
  pair.run();
  pair.server.close(pair.to_client);
  EXPECT_FALSE(pair.server.write(as_bytes("late"), pair.to_client));
  pair.run();
  EXPECT_EQ(pair.client.state(), State::closed);
  EXPECT_EQ(pair.client.failure(), TlsFailure::none);
}

TEST(TlsEngineTest, TheClientClosesAndTheServerLearnsItAfterTheLastBytes) {
  TlsPair pair(site_settings(), {});
  pair.run();
  ASSERT_TRUE(pair.client.write(as_bytes("last words"), pair.to_server));
  pair.client.close(pair.to_server);
  pair.run();
  EXPECT_EQ(pair.server_got, "last words");
  EXPECT_EQ(pair.server.state(), State::closed);
  pair.server.close(pair.to_client);
  pair.run();
  EXPECT_EQ(pair.client.state(), State::closed);
}

TEST(TlsEngineTest, CloseIsSaidOnce) {
  TlsPair pair(site_settings(), {});
  pair.run();
  pair.server.close(pair.to_client);
  EXPECT_FALSE(pair.to_client.take().empty());
  pair.server.close(pair.to_client);
  EXPECT_TRUE(pair.to_client.bytes.empty());
}

TEST(TlsEngineTest, AnEngineMovedInMidHandshakeAndWhileOpenGoesOn) {
  TlsPair pair(site_settings(), trusting("turn.example"));
  feed_all(pair.client, {}, pair.to_server);
  const auto hello = pair.to_server.take();
  feed_all(pair.server, ByteSpan{hello}.first(20), pair.to_client);
  TlsEngine moved = std::move(pair.server);
  feed_all(moved, ByteSpan{hello}.subspan(20), pair.to_client);
  pair.server = std::move(moved);
  pair.run();
  TlsEngine moved_again = std::move(pair.server);
  pair.server = std::move(moved_again);
  expect_conversation(pair);
}

TEST(TlsEngineTest, AnEngineKeepsTheSettingsItBeganWith) {
  auto settings = site_settings({"stun.turn"});
  TlsPair pair(settings, {"turn.example", site().ca_pem, {"stun.turn"}});
  settings.reset();
  pair.run();
  expect_conversation(pair);
}

}  // namespace
}  // namespace turnpike::net
