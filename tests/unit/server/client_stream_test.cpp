#include "server/client_stream.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "turnpike/base/system_random.hpp"
#include "turnpike/net/made_up_certificate.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::server {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = ClientStream::Step::Kind;
using Phase = ClientStream::Phase;

class VectorSink final : public net::ByteSink {
 public:
  void write(ByteSpan added) noexcept override { bytes.insert(bytes.end(), added.begin(), added.end()); }
  Bytes bytes;
};

Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes binding_request(std::uint8_t id) {
  Bytes buffer(64);
  stun::TransactionId transaction{};
  transaction[0] = id;
  stun::MessageBuilder builder(buffer, stun::Method::binding, stun::MessageClass::request, transaction);
  const ByteSpan message = builder.finish();
  return {message.begin(), message.end()};
}

struct Identity {
  std::shared_ptr<const net::TlsSettings> settings;
  net::TlsClientOptions client;
};

Identity make_identity() {
  const std::array<std::string, 1> hosts{"localhost"};
  const auto made_up = *net::make_up_certificate(hosts, UnixSeconds{Seconds{1'800'000'000}}, Seconds{86400});
  SystemRandom random;
  net::TlsOptions options;
  options.alpn = {"stun.turn", "stun.nat-discovery", "http/1.1"};
  return {*net::TlsSettings::make({&made_up.server, 1}, options, random), {}};
}

StreamPolicy policy_of(ListenScheme scheme, std::vector<IpPrefix> proxies = {}) {
  return make_stream_policy({scheme, {}, std::move(proxies)}, true);
}

/// A stream and what came out of it.
class Driven {
 public:
  explicit Driven(StreamPolicy policy, std::shared_ptr<const net::TlsSettings> tls = nullptr)
      : stream(std::make_shared<const StreamPolicy>(std::move(policy)), std::move(tls)) {}

  void feed(ByteSpan bytes) {
    stream.feed(bytes);
    advance();
  }
  void feed_bytewise(const Bytes& bytes) {
    for (const std::uint8_t byte : bytes) feed({&byte, 1});
  }
  void advance() {
    for (int i = 0; i < 1000; ++i) {
      const ClientStream::Step step = stream.next(scratch_, wire);
      switch (step.kind) {
        case Kind::need_more: return;
        case Kind::phase_changed: phases.push_back(stream.phase()); break;
        case Kind::message: messages.emplace_back(step.bytes.begin(), step.bytes.end()); break;
        case Kind::data: received = received + Bytes(step.bytes.begin(), step.bytes.end()); break;
        case Kind::end: ended = step.reason; return;
      }
      if (stream.phase() == Phase::http) return;
    }
    ADD_FAILURE() << "it does not end";
  }

  ClientStream stream;
  VectorSink wire;
  std::vector<Phase> phases;
  std::vector<Bytes> messages;
  Bytes received;
  std::optional<StreamEnd> ended;

 private:
  Bytes scratch_ = Bytes(ClientStream::kScratchBytes);
};

/// A TLS client in front of a Driven.
class TlsClient {
 public:
  TlsClient(Driven& server, const net::TlsClientOptions& options)
      : server_(server), engine_(net::TlsEngine::connect(options).value()) {}

  void handshake() {
    for (int i = 0; i < 10; ++i) exchange();
  }
  void send(const Bytes& bytes) {
    VectorSink out;
    ASSERT_TRUE(engine_.write(bytes, out));
    server_.feed(out.bytes);
  }
  [[nodiscard]] net::TlsEngine& engine() noexcept { return engine_; }

 private:
  void exchange() {
    VectorSink out;
    const Bytes from_server = std::exchange(server_.wire.bytes, {});
    engine_.feed(from_server);
    Bytes plain(16384);
    while (engine_.read(plain, out) > 0) {
    }
    if (!out.bytes.empty()) server_.feed(out.bytes);
  }

  Driven& server_;
  net::TlsEngine engine_;
};

TEST(ClientStreamTest, PlainTurnComesOutMessageByMessage) {
  Driven driven(policy_of(ListenScheme::tcp));
  driven.feed(binding_request(1) + binding_request(2));
  EXPECT_EQ(driven.phases, std::vector{Phase::turn});
  EXPECT_EQ(driven.messages, (std::vector<Bytes>{binding_request(1), binding_request(2)}));
  EXPECT_EQ(driven.stream.transport(), Transport::tcp);
}

TEST(ClientStreamTest, ByteByByteMakesNoDifference) {
  Driven driven(policy_of(ListenScheme::tcp));
  driven.feed_bytewise(binding_request(1) + binding_request(2));
  EXPECT_EQ(driven.messages, (std::vector<Bytes>{binding_request(1), binding_request(2)}));
}

TEST(ClientStreamTest, PlainHttpIsHandedOverWithEverythingThatCame) {
  Driven driven(policy_of(ListenScheme::tcp));
  const Bytes request = to_bytes("GET /r/room HTTP/1.1\r\nHost: a\r\n\r\nGET /next");
  driven.feed(request);
  ASSERT_EQ(driven.phases, std::vector{Phase::http});
  Bytes scratch(ClientStream::kScratchBytes);
  driven.stream.own_pending(scratch, driven.wire);
  EXPECT_EQ(driven.stream.take_plaintext(), request);
  EXPECT_FALSE(driven.stream.take_tls());
}

TEST(ClientStreamTest, TlsWithTurnsAlpnIsTurnBeforeAnyByte) {
  Identity identity = make_identity();
  for (const char* alpn : {"stun.turn", "stun.nat-discovery"}) {
    identity.client.alpn = {alpn};
    Driven driven(policy_of(ListenScheme::tls), identity.settings);
    TlsClient client(driven, identity.client);
    client.handshake();
    EXPECT_EQ(driven.phases, (std::vector{Phase::handshake, Phase::turn})) << alpn;
    client.send(binding_request(1));
    EXPECT_EQ(driven.messages, std::vector<Bytes>{binding_request(1)});
    EXPECT_EQ(driven.stream.transport(), Transport::tls);
  }
}

TEST(ClientStreamTest, TlsWithoutAlpnIsToldByItsFirstBytes) {
  const Identity identity = make_identity();
  Driven turn(policy_of(ListenScheme::tls), identity.settings);
  TlsClient turn_client(turn, identity.client);
  turn_client.handshake();
  EXPECT_EQ(turn.phases, (std::vector{Phase::handshake, Phase::sniff_tls}));
  for (const std::uint8_t byte : binding_request(7)) turn_client.send({byte});
  EXPECT_EQ(turn.messages, std::vector<Bytes>{binding_request(7)});

  Driven http(policy_of(ListenScheme::tls), identity.settings);
  TlsClient browser(http, identity.client);
  browser.handshake();
  browser.send(to_bytes("GE"));
  browser.send(to_bytes("T / HTTP/1.1\r\n"));
  EXPECT_EQ(http.phases, (std::vector{Phase::handshake, Phase::sniff_tls, Phase::http}));
  Bytes scratch(ClientStream::kScratchBytes);
  http.stream.own_pending(scratch, http.wire);
  EXPECT_EQ(http.stream.take_plaintext(), to_bytes("GET / HTTP/1.1\r\n"));
  EXPECT_TRUE(http.stream.take_tls());
}

TEST(ClientStreamTest, HttpInsideTlsTakesItsStateAlong) {
  Identity identity = make_identity();
  identity.client.alpn = {"http/1.1"};
  Driven driven(policy_of(ListenScheme::https), identity.settings);
  TlsClient browser(driven, identity.client);
  browser.handshake();
  ASSERT_EQ(driven.phases.back(), Phase::http);
  Bytes scratch(ClientStream::kScratchBytes);
  driven.stream.own_pending(scratch, driven.wire);
  auto engine = driven.stream.take_tls();
  ASSERT_TRUE(engine);
  VectorSink out;
  ASSERT_TRUE(engine->write(to_bytes("answered elsewhere"), out));
  browser.engine().feed(out.bytes);
  const std::size_t count = browser.engine().read(scratch, driven.wire);
  EXPECT_EQ(as_text(ByteSpan(scratch).first(count)), "answered elsewhere");
}

TEST(ClientStreamTest, WhatAListenerDoesNotServeIsEnded) {
  const Identity identity = make_identity();
  const Bytes http = to_bytes("GET / HTTP/1.1\r\n");
  const std::vector<std::pair<ListenScheme, Bytes>> refused{{ListenScheme::tls, binding_request(1)},
                                                            {ListenScheme::tls, http},
                                                            {ListenScheme::https, http},
                                                            {ListenScheme::http, binding_request(1)},
                                                            {ListenScheme::tcp, to_bytes("SSH-2.0")},
                                                            {ListenScheme::tcp, {0x40, 0x00, 0x00, 0x04}}};
  for (const auto& [scheme, bytes] : refused) {
    Driven driven(policy_of(scheme), identity.settings);
    driven.feed(bytes);
    EXPECT_EQ(driven.ended, StreamEnd::not_spoken) << static_cast<int>(scheme) << " " << as_text(bytes);
  }
}

TEST(ClientStreamTest, TurnIsEndedInsideHttpsAndHttpInsideNoTurnListener) {
  const Identity identity = make_identity();
  Driven driven(policy_of(ListenScheme::https), identity.settings);
  TlsClient client(driven, identity.client);
  client.handshake();
  client.send(binding_request(1));
  EXPECT_EQ(driven.ended, StreamEnd::not_spoken);
}

// So that a client is told what is wrong with its request.
TEST(ClientStreamTest, WhereOnlyHttpIsSpokenHttpJudgesWhatLooksLikeNothing) {
  Driven driven(policy_of(ListenScheme::http));
  driven.feed(to_bytes("FOO / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(driven.stream.phase(), Phase::http);
}

TEST(ClientStreamTest, WithoutACertificateATlsClientIsEnded) {
  Driven driven(make_stream_policy({ListenScheme::tcp, {}, {}}, false));
  driven.feed(Bytes{0x16, 0x03, 0x01, 0x00, 0x40, 0x01});
  EXPECT_EQ(driven.ended, StreamEnd::not_spoken);
}

TEST(ClientStreamTest, ABrokenHandshakeEndsWithAnAlert) {
  const Identity identity = make_identity();
  Driven driven(policy_of(ListenScheme::tls), identity.settings);
  driven.feed(Bytes{0x16, 0x03, 0x01, 0x00, 0x06, 0x01, 0x00, 0x00, 0x02, 0x03, 0x03});
  EXPECT_EQ(driven.ended, StreamEnd::handshake_failed);
  EXPECT_FALSE(driven.wire.bytes.empty());
  EXPECT_NE(driven.stream.tls_failure(), net::TlsFailure::none);
}

TEST(ClientStreamTest, BrokenFramingEndsTheStreamAfterTheGoodMessages) {
  Driven driven(policy_of(ListenScheme::tcp));
  driven.feed(binding_request(1) + Bytes{0x80, 0, 0, 0});
  EXPECT_EQ(driven.messages.size(), 1U);
  EXPECT_EQ(driven.ended, StreamEnd::broken_framing);
}

TEST(ClientStreamTest, WithoutAnAllocationLargeMessagesEndTheStream) {
  Bytes large{0x00, 0x16, 0x40, 0x00, 0x21, 0x12, 0xa4, 0x42};  // a Send indication of 16 KiB
  large.resize(20);
  Driven before(policy_of(ListenScheme::tcp));
  before.feed(large);
  EXPECT_EQ(before.ended, StreamEnd::broken_framing);

  Driven after(policy_of(ListenScheme::tcp));
  after.feed(binding_request(1));
  after.stream.allow_large_messages(true);
  after.feed(large);
  EXPECT_FALSE(after.ended);
  after.feed(Bytes(0x4000));
  EXPECT_EQ(after.messages.size(), 2U);
}

TEST(ClientStreamTest, AProxyHeaderComesFirstAndNamesTheClient) {
  const std::vector<IpPrefix> trusted{*IpPrefix::parse("10.0.0.0/8")};
  const Bytes header = to_bytes("PROXY TCP4 198.51.100.7 192.0.2.1 1234 3478\r\n");
  for (const bool bytewise : {false, true}) {
    Driven driven(policy_of(ListenScheme::tcp, trusted));
    bytewise ? driven.feed_bytewise(header + binding_request(1)) : driven.feed(header + binding_request(1));
    EXPECT_EQ(driven.phases, (std::vector{Phase::sniff, Phase::turn}));
    EXPECT_EQ(driven.stream.proxied_client(), (Endpoint{IpAddress::v4(198, 51, 100, 7), 1234}));
    EXPECT_EQ(driven.messages, std::vector<Bytes>{binding_request(1)});
  }
}

TEST(ClientStreamTest, TlsFollowsAProxyHeaderInOneSegment) {
  const Identity identity = make_identity();
  Driven driven(policy_of(ListenScheme::tls, {*IpPrefix::parse("10.0.0.0/8")}), identity.settings);
  VectorSink hello;
  auto engine = net::TlsEngine::connect(identity.client).value();
  Bytes plain(16384);
  static_cast<void>(engine.read(plain, hello));
  driven.feed(to_bytes("PROXY UNKNOWN\r\n") + hello.bytes);
  EXPECT_EQ(driven.phases, (std::vector{Phase::sniff, Phase::handshake}));
  EXPECT_FALSE(driven.wire.bytes.empty()) << "the ServerHello";
  EXPECT_FALSE(driven.stream.proxied_client());
}

TEST(ClientStreamTest, WithoutAProxyHeaderAProxyListenerEndsTheStream) {
  Driven driven(policy_of(ListenScheme::tcp, {*IpPrefix::parse("10.0.0.0/8")}));
  driven.feed(binding_request(1));
  EXPECT_EQ(driven.ended, StreamEnd::proxy_malformed);
}

TEST(ClientStreamTest, BytesBehindTheBindRequestBecomeData) {
  Driven driven(policy_of(ListenScheme::tcp));
  Bytes scratch(ClientStream::kScratchBytes);
  const Bytes bytes = binding_request(1) + to_bytes("raw data");
  driven.stream.feed(bytes);
  EXPECT_EQ(driven.stream.next(scratch, driven.wire).kind, Kind::phase_changed);
  EXPECT_EQ(driven.stream.next(scratch, driven.wire).kind, Kind::message);
  driven.stream.own_pending(scratch, driven.wire);
  ClientStream moved(std::move(driven.stream));  // to another worker
  moved.start_data();
  const auto step = moved.next(scratch, driven.wire);
  EXPECT_EQ(step.kind, Kind::data);
  EXPECT_EQ(as_text(step.bytes), "raw data");
}

TEST(ClientStreamTest, ARefusedBindGoesOnAsTurnWithWhatFollowed) {
  Driven driven(policy_of(ListenScheme::tcp));
  Bytes scratch(ClientStream::kScratchBytes);
  const Bytes bytes = binding_request(1) + binding_request(2);
  driven.stream.feed(bytes);
  static_cast<void>(driven.stream.next(scratch, driven.wire));
  static_cast<void>(driven.stream.next(scratch, driven.wire));
  driven.stream.own_pending(scratch, driven.wire);
  driven.advance();
  EXPECT_EQ(driven.messages, std::vector<Bytes>{binding_request(2)});
}

}  // namespace
}  // namespace turnpike::server
