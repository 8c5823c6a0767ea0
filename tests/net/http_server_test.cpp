#include <gmock/gmock.h>

#include "http_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGetAndClose = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view kProblem = R"({"type":"about:blank","title":"Not Found","status":404})";

class HttpServerTest : public HttpTest {
 protected:
  HttpClient connect(std::string_view received = {}, int family = AF_INET) {
    SocketPair pair = connect_over_loopback(family);
    server_->serve(make_stream(std::move(pair.server), received));
    return HttpClient(std::move(pair.client));
  }
  /// All that the client gets until the server closes.
  std::string read_to_end(HttpClient& client) {
    EXPECT_TRUE(run_until([&] { return client.read(), client.is_closed(); }));
    return client.text();
  }
  bool wait_for_answers(HttpClient& client, std::size_t count) {
    return run_until([&] { return client.read(), count_of(client.text(), kProblem) == count; });
  }
  std::string ask(std::string_view request) {
    HttpClient client = connect();
    client.send(request);
    return read_to_end(client);
  }
  bool all_closed() {
    return run_until([&] { return server_->session_count() == 0; });
  }
};

TEST_F(HttpServerTest, EveryRequestGetsAProblemDocument) {
  start();
  const std::string answer = ask(kGetAndClose);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/problem+json\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 55\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("Server: turnpike\r\n"));
  EXPECT_THAT(answer, EndsWith(std::string("\r\n\r\n").append(kProblem)));
  EXPECT_TRUE(all_closed());
}

TEST_F(HttpServerTest, ServesIpv6) {
  start();
  HttpClient client = connect({}, AF_INET6);
  client.send(kGetAndClose);
  EXPECT_THAT(read_to_end(client), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServerTest, BytesReadBeforeTheHandOverComeFirst) {
  start();
  HttpClient client = connect(kGetAndClose.substr(0, 9));
  client.send(kGetAndClose.substr(9));
  EXPECT_THAT(read_to_end(client), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServerTest, AWholeRequestBeforeTheHandOverIsAnswered) {
  start();
  HttpClient client = connect(kGetAndClose);
  EXPECT_THAT(read_to_end(client), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServerTest, UnsentBytesGoOutBeforeTheAnswer) {
  start();
  SocketPair pair = connect_over_loopback();
  HttpStream stream = make_stream(std::move(pair.server), kGetAndClose);
  stream.unsent.assign(200000, '!');
  server_->serve(std::move(stream));
  HttpClient client(std::move(pair.client));
  EXPECT_EQ(read_to_end(client).find("HTTP/1.1 404"), 200000U);
}

TEST_F(HttpServerTest, ARequestMayComeByteByByte) {
  start();
  HttpClient client = connect();
  for (const char byte : kGetAndClose) {
    client.send({&byte, 1});
    loop_.restart();
    loop_.poll();
  }
  EXPECT_THAT(read_to_end(client), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServerTest, FiftyPipelinedRequestsAreAnsweredInTurn) {
  start();
  HttpClient client = connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += kGet;
  client.send(requests);
  EXPECT_TRUE(wait_for_answers(client, 50));
  EXPECT_EQ(server_->counters().requests, 50U);
  EXPECT_EQ(server_->counters().sessions, 1U);
}

TEST_F(HttpServerTest, AConnectionIsKeptForTheNextRequest) {
  start();
  HttpClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(wait_for_answers(client, 1));
  client.send(kGet);
  EXPECT_TRUE(wait_for_answers(client, 2));
  EXPECT_FALSE(client.is_closed());
}

TEST_F(HttpServerTest, Http10EndsAfterOneAnswer) {
  start();
  EXPECT_THAT(ask("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 404"));
}

TEST_F(HttpServerTest, HeadGetsNoBody) {
  start();
  const std::string answer = ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 55\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServerTest, WhoExpects100ContinueGetsIt) {
  start();
  HttpClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return client.read(), client.text() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
  client.send("abc");
  EXPECT_TRUE(wait_for_answers(client, 1));
}

TEST_F(HttpServerTest, NoiseIsABadRequestAndTheEnd) {
  start();
  EXPECT_THAT(ask("\x16\x03 nothing of HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(server_->counters().malformed, 1U);
}

TEST_F(HttpServerTest, TheHttp2PrefaceIsRefused) {
  start();
  EXPECT_THAT(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), StartsWith("HTTP/1.1 505 "));
}

TEST_F(HttpServerTest, AnOversizeHeaderIsRefusedWithoutReadingItsEnd) {
  start({.max_header = 1000});
  EXPECT_THAT(ask("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20000, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, AnOversizeBodyIsRefusedByItsLength) {
  start({.max_body = 1000});
  const std::string answer = ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpServerTest, AHalfClosedClientStillGetsItsAnswer) {
  start();
  HttpClient client = connect();
  client.send(kGet);
  client.half_close();
  EXPECT_THAT(read_to_end(client), StartsWith("HTTP/1.1 404"));
  EXPECT_TRUE(all_closed());
}

TEST_F(HttpServerTest, HalfARequestAndAHalfCloseEndTheSession) {
  start();
  HttpClient client = connect();
  client.send(kGet.substr(0, 9));
  client.half_close();
  EXPECT_EQ(read_to_end(client), "");
  EXPECT_TRUE(all_closed());
}

TEST_F(HttpServerTest, AResetEndsTheSessionAtAnyPoint) {
  start();
  for (std::size_t sent = 0; sent <= kGet.size(); ++sent) {
    HttpClient client = connect();
    client.send(kGet.substr(0, sent));
    loop_.restart();
    loop_.poll();
    client.reset();
    EXPECT_TRUE(all_closed()) << sent;
  }
}

}  // namespace
}  // namespace turnpike::control
