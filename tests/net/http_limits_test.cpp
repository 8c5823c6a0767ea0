#include <gmock/gmock.h>

#include "http_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kShort = std::chrono::milliseconds{50};

class HttpLimitsTest : public HttpTest {
 protected:
  HttpClient connect(std::string_view received = {}) {
    SocketPair pair = connect_over_loopback();
    server_->serve(make_stream(std::move(pair.server), received));
    return HttpClient(std::move(pair.client));
  }
  bool wait_for_close(HttpClient& client) {
    return run_until([&] { return client.read(), client.is_closed(); });
  }
  bool all_closed() {
    return run_until([&] { return server_->session_count() == 0; });
  }
};

TEST_F(HttpLimitsTest, ASilentClientIsClosed) {
  start({.request_timeout = kShort});
  HttpClient client = connect();
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpLimitsTest, HalfARequestGets408) {
  start({.request_timeout = kShort});
  HttpClient client = connect("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpLimitsTest, ADrippingClientGetsNoMoreTimeForEachByte) {
  start({.request_timeout = kShort});
  HttpClient client = connect();
  int left = 1000;
  EXPECT_TRUE(run_until([&] { return left-- > 0 ? client.send("G") : 0, client.read(), client.is_closed(); }));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpLimitsTest, AKeptConnectionIsClosedAfterItsIdleTime) {
  start({.idle_timeout = kShort});
  HttpClient client = connect(kGet);
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 404"));
  EXPECT_EQ(server_->counters().timed_out, 0U);
}

TEST_F(HttpLimitsTest, TheSecondRequestHasItsTimeToo) {
  start({.request_timeout = kShort});
  HttpClient client = connect(std::string(kGet) + "GET");
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

// The client asks again and again and reads nothing, until the kernel's buffers are full in both directions.
TEST_F(HttpLimitsTest, AClientThatDoesNotReadItsAnswersIsClosed) {
  start({.request_timeout = kShort});
  SocketPair pair = connect_over_loopback();
  const int small = 4096;
  static_cast<void>(::setsockopt(pair.server.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
  static_cast<void>(::setsockopt(pair.client.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
  server_->serve(make_stream(std::move(pair.server)));
  const HttpClient client(std::move(pair.client));
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += kGet;
  EXPECT_TRUE(run_until([&] { return client.send(requests), server_->session_count() == 0; }));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpLimitsTest, AClientThatDoesNotReadWhatWasUnsentIsClosed) {
  start({.request_timeout = kShort});
  SocketPair pair = connect_over_loopback();
  HttpStream stream = make_stream(std::move(pair.server), kGet);
  stream.unsent.assign(std::size_t{32} << 20U, '!');
  server_->serve(std::move(stream));
  EXPECT_TRUE(all_closed());
}

TEST_F(HttpLimitsTest, AClientThatNeverEndsItsSideIsClosedAfterTheAnswer) {
  start({.request_timeout = kShort});
  HttpClient client = connect("nonsense\r\n\r\n");
  EXPECT_TRUE(all_closed());
  EXPECT_EQ(server_->counters().timed_out, 0U);
}

// A flood of clients that are slow to ask costs its own.
TEST_F(HttpLimitsTest, BeyondTheBoundWhoHasWaitedLongestForARequestGivesWay) {
  start({.max_sessions = 20});
  std::vector<HttpClient> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(connect("GET / HTTP/1.1\r\n"));
  HttpClient asking = connect(kGet);
  EXPECT_TRUE(wait_for_close(clients.front()));
  EXPECT_TRUE(run_until([&] { return asking.read(), !asking.text().empty(); }));
  EXPECT_THAT(asking.text(), StartsWith("HTTP/1.1 "));
  EXPECT_EQ(server_->session_count(), 20U);
  EXPECT_EQ(server_->counters().evicted, 1U);
}

TEST_F(HttpLimitsTest, APlaceThatIsFreeAgainIsGivenAway) {
  start({.max_sessions = 1});
  HttpClient first = connect();
  first.reset();
  ASSERT_TRUE(all_closed());
  HttpClient second = connect(kGet);
  EXPECT_TRUE(run_until([&] { return second.read(), !second.text().empty(); }));
  EXPECT_THAT(second.text(), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpLimitsTest, DrainingClosesSessionsBetweenRequests) {
  start();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(run_until([&] { return client.read(), client.text().ends_with("}"); }));
  server_->start_draining();
  EXPECT_TRUE(wait_for_close(client));
}

TEST_F(HttpLimitsTest, DrainingLetsARequestFinishAndSaysClose) {
  start();
  HttpClient client = connect(kGet.substr(0, 9));
  loop_.poll();
  server_->start_draining();
  client.send(kGet.substr(9));
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpLimitsTest, StopClosesEverySession) {
  start();
  HttpClient idle = connect();
  HttpClient torn = connect(kGet.substr(0, 9));
  HttpClient answered = connect(kGet);
  loop_.poll();
  server_->stop();
  EXPECT_EQ(server_->session_count(), 0U);
  EXPECT_TRUE(wait_for_close(idle) && wait_for_close(torn) && wait_for_close(answered));
}

TEST_F(HttpLimitsTest, ADestroyedServerLeavesNothingToTheLoop) {
  start();
  HttpClient client = connect(kGet.substr(0, 9));
  loop_.poll();
  server_.reset();
  EXPECT_TRUE(wait_for_close(client));
  loop_.restart();
  EXPECT_LT(loop_.run_for(std::chrono::seconds{1}), 20U);
  EXPECT_TRUE(loop_.stopped());
}

TEST_F(HttpLimitsTest, ALoopThatEndsFirstTakesItsSessionsAlong) {
  std::optional<boost::asio::io_context> loop(std::in_place);
  std::optional<HttpServer> server(std::in_place, *loop, HttpOptions{}, not_found);
  SocketPair pair = connect_over_loopback();
  server->serve(make_stream(std::move(pair.server), kGet.substr(0, 9)));
  loop->poll();
  server.reset();
  loop.reset();
  HttpClient client(std::move(pair.client));
  client.read();
  EXPECT_TRUE(client.is_closed());
}

}  // namespace
}  // namespace turnpike::control
