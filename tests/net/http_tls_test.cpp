#include <gmock/gmock.h>

#include <chrono>
#include <memory>

#include "control/vector_sink.hpp"
#include "http_client.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::control {
namespace {

using ::testing::StartsWith;

using Bytes = std::vector<std::uint8_t>;

/// A client with TLS on its end.
class TlsHttpClient {
 public:
  TlsHttpClient(net::FileDescriptor socket, net::TlsEngine engine)
      : raw_(std::move(socket)), engine_(std::move(engine)) {}

  [[nodiscard]] Bytes encrypt(std::string_view text) {
    Bytes wire;
    VectorSink sink(wire);
    EXPECT_TRUE(engine_.write(as_bytes(text), sink));
    return wire;
  }
  void send(std::string_view text) {
    const Bytes wire = encrypt(text);
    EXPECT_EQ(raw_.send(as_text(wire)), wire.size());
  }
  void send_byte_by_byte(std::string_view text, const std::function<void()>& between) {
    const Bytes wire = encrypt(text);
    for (std::size_t i = 0; i < wire.size(); ++i) {
      raw_.send(as_text(ByteSpan(wire).subspan(i, 1)));
      between();
    }
  }
  void say_end() {
    Bytes wire;
    VectorSink sink(wire);
    engine_.close(sink);
    raw_.send(as_text(wire));
  }
  void read() {
    raw_.read();
    take(as_bytes(raw_.text()).subspan(used_));
    used_ = raw_.text().size();
  }
  /// Wire bytes that came in another way.
  void take(ByteSpan wire) {
    Bytes replies;
    VectorSink sink(replies);
    std::array<std::uint8_t, 16384> plain{};
    engine_.feed(wire);
    for (std::size_t size = 1; size > 0;) {
      size = engine_.read(plain, sink);
      text_.append(as_text(ByteSpan(plain).first(size)));
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_closed() const { return raw_.is_closed(); }
  [[nodiscard]] HttpClient& raw() { return raw_; }
  [[nodiscard]] const net::TlsEngine& engine() const { return engine_; }

 private:
  HttpClient raw_;
  net::TlsEngine engine_;
  std::string text_;
  std::size_t used_ = 0;
};

class HttpTlsTest : public HttpTest {
 protected:
  void SetUp() override {
    const std::vector<std::string> hosts{"turn.test"};
    const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
    auto made = net::make_up_certificate(hosts, now, Seconds{3600});
    ASSERT_TRUE(made.has_value()) << made.error().message;
    auto settings = net::TlsSettings::make({&made->server, 1}, {.alpn = {"stun.turn", "http/1.1"}}, random_);
    ASSERT_TRUE(settings.has_value()) << settings.error().message;
    settings_ = std::move(*settings);
    ca_ = made->ca_pem;
  }

  // The handshake as a worker does it, in memory; `last` is what the server still had to say at its end.
  struct Opened {
    net::TlsEngine server;
    net::TlsEngine client;
    Bytes last;
  };
  Opened shake_hands() {
    Opened opened{*net::TlsEngine::accept(settings_),
                  *net::TlsEngine::connect({.server_name = "turn.test", .trusted_pem = ca_, .alpn = {"http/1.1"}}),
                  {}};
    std::array<std::uint8_t, 16384> plain{};
    for (int turn = 0; turn < 6 && opened.server.state() != net::TlsEngine::State::open; ++turn) {
      Bytes to_server;
      VectorSink server_bound(to_server);
      opened.client.feed(opened.last);
      EXPECT_EQ(opened.client.read(plain, server_bound), 0U);
      opened.last.clear();
      VectorSink client_bound(opened.last);
      opened.server.feed(to_server);
      EXPECT_EQ(opened.server.read(plain, client_bound), 0U);
    }
    EXPECT_EQ(opened.server.alpn(), "http/1.1");
    return opened;
  }

  TlsHttpClient connect(std::string_view received = {}) {
    Opened opened = shake_hands();
    SocketPair pair = connect_over_loopback();
    HttpStream stream = make_stream(std::move(pair.server), received);
    stream.tls = std::move(opened.server);
    stream.unsent = std::move(opened.last);
    server_->serve(std::move(stream));
    return {std::move(pair.client), std::move(opened.client)};
  }
  bool wait_for_close(TlsHttpClient& client) {
    return run_until([&] { return client.read(), client.is_closed(); });
  }
  bool wait_for_answers(TlsHttpClient& client, std::size_t count) {
    return run_until([&] { return client.read(), count_of(client.text(), R"("status":404})") == count; });
  }

  SystemRandom random_;
  std::shared_ptr<const net::TlsSettings> settings_;
  std::string ca_;
};

TEST_F(HttpTlsTest, AnswersAndEndsWithCloseNotify) {
  start();
  TlsHttpClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(client.engine().state(), net::TlsEngine::State::closed);
}

TEST_F(HttpTlsTest, PlaintextReadBeforeTheHandOverComesFirst) {
  start();
  TlsHttpClient client = connect(kGet.substr(0, 9));
  client.send(kGet.substr(9));
  EXPECT_TRUE(wait_for_answers(client, 1));
}

TEST_F(HttpTlsTest, AWholeRequestBeforeTheHandOverIsAnswered) {
  start();
  TlsHttpClient client = connect(kGet);
  EXPECT_TRUE(wait_for_answers(client, 1));
}

TEST_F(HttpTlsTest, RecordsMayComeByteByByte) {
  start();
  TlsHttpClient client = connect();
  client.send_byte_by_byte(kGet, [&] { loop_.restart(), loop_.poll(); });
  EXPECT_TRUE(wait_for_answers(client, 1));
}

TEST_F(HttpTlsTest, FiftyPipelinedRequestsAreAnsweredInTurn) {
  start();
  TlsHttpClient client = connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += kGet;
  client.send(requests);
  EXPECT_TRUE(wait_for_answers(client, 50));
}

TEST_F(HttpTlsTest, AForgedRecordEndsTheSession) {
  start();
  TlsHttpClient client = connect();
  client.raw().send({"\x17\x03\x03\x00\x20 0123456789012345678901234567890", 37});
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(client.text(), "");
  EXPECT_EQ(server_->session_count(), 0U);
}

TEST_F(HttpTlsTest, AClientThatSaysTheEndIsAnsweredWithTheEnd) {
  start();
  TlsHttpClient client = connect();
  client.say_end();
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(client.engine().state(), net::TlsEngine::State::closed);
}

TEST_F(HttpTlsTest, ASilentClientIsClosed) {
  start({.request_timeout = std::chrono::milliseconds{50}});
  TlsHttpClient client = connect();
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpTlsTest, BeyondTheBoundAStreamGets503) {
  start({.max_sessions = 0});
  TlsHttpClient client = connect();
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 503"));
}

TEST_F(HttpTlsTest, DrainingSaysTheEnd) {
  start();
  TlsHttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_answers(client, 1));
  server_->start_draining();
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(client.engine().state(), net::TlsEngine::State::closed);
}

TEST_F(HttpTlsTest, AClientThatDoesNotReadItsAnswersIsClosed) {
  start({.request_timeout = std::chrono::milliseconds{50}});
  TlsHttpClient client = connect();
  std::string requests;
  for (int i = 0; i < 200000; ++i) requests += kGet;
  const Bytes wire = client.encrypt(requests);
  std::size_t sent = 0;
  EXPECT_TRUE(run_until([&] {
    sent += client.raw().send(as_text(ByteSpan(wire).subspan(sent)));
    return server_->session_count() == 0;
  }));
  EXPECT_EQ(server_->counters().timed_out, 1U);
  EXPECT_LT(sent, wire.size());
}

}  // namespace
}  // namespace turnpike::control
