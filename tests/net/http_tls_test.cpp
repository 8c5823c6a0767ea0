#include <gmock/gmock.h>

#include "http_client.hpp"
#include "http_tls_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::StartsWith;

using Bytes = std::vector<std::uint8_t>;

class HttpTlsTest : public HttpTest {
 protected:
  TlsHttpClient connect(std::string_view received = {}) {
    TlsPair opened = handshakes_.shake_hands();
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

  TlsHandshakes handshakes_;
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
  // Large answers fill what lies between the two with few requests.
  start({.request_timeout = std::chrono::milliseconds{50}}, [](const std::shared_ptr<Exchange>&, const Reply& reply) {
    reply(make_problem(http::status::not_found, std::string(65'536, 'x')));
  });
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
