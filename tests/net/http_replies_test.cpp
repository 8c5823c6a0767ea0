#include <gmock/gmock.h>

#include <stdexcept>

#include "http_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kShort = std::chrono::milliseconds{50};

Response make_text(std::string text) {
  Response response;
  response.body() = std::move(text);
  return response;
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

/// A handler that keeps exchanges and replies until the test answers.
class HttpRepliesTest : public HttpTest {
 protected:
  void start_waiting(const HttpOptions& options = {}) {
    start(options, [this](std::shared_ptr<Exchange> exchange, Reply reply) {
      exchanges_.push_back(std::move(exchange));
      replies_.push_back(std::move(reply));
    });
  }
  HttpClient connect(std::string_view received = {}) {
    SocketPair pair = connect_over_loopback();
    HttpStream stream = make_stream(std::move(pair.server), received);
    stream.client = *Endpoint::parse("192.0.2.1:1000");
    stream.server = *Endpoint::parse("192.0.2.2:443");
    stream.is_local_admin = true;
    server_->serve(std::move(stream));
    return HttpClient(std::move(pair.client));
  }
  bool wait_for_exchanges(std::size_t count) {
    return run_until([&] { return exchanges_.size() >= count; });
  }
  bool wait_for(HttpClient& client, std::string_view text) {
    return run_until([&] { return client.read(), client.text().find(text) != std::string::npos; });
  }
  bool wait_for_close(HttpClient& client) {
    return run_until([&] { return client.read(), client.is_closed(); });
  }
  void run_what_is_ready() {
    loop_.restart();
    loop_.poll();
  }

  std::vector<std::shared_ptr<Exchange>> exchanges_;
  std::vector<Reply> replies_;
};

TEST_F(HttpRepliesTest, AReplyMayComeLater) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  run_what_is_ready();
  client.read();
  EXPECT_EQ(client.text(), "");
  replies_[0](make_text("late"));
  EXPECT_TRUE(wait_for(client, "\r\n\r\nlate"));
}

TEST_F(HttpRepliesTest, AnExchangeSaysWhoAsksForWhat) {
  start_waiting();
  HttpClient client = connect(get("/a%20b?c=d"));
  ASSERT_TRUE(wait_for_exchanges(1));
  const Exchange& exchange = *exchanges_[0];
  EXPECT_EQ(exchange.path, "/a b");
  ASSERT_NE(exchange.find_query("c"), nullptr);
  EXPECT_EQ(*exchange.find_query("c"), "d");
  EXPECT_EQ(exchange.caller.client.to_string(), "192.0.2.1:1000");
  EXPECT_EQ(exchange.caller.server.to_string(), "192.0.2.2:443");
  EXPECT_FALSE(exchange.caller.is_secure);
  EXPECT_TRUE(exchange.caller.is_local_admin);
}

TEST_F(HttpRepliesTest, PipelinedRequestsWaitForTheReplyBefore) {
  start_waiting();
  HttpClient client = connect(get("/1") + get("/2") + get("/3"));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(wait_for_exchanges(i + 1));
    run_what_is_ready();
    ASSERT_EQ(exchanges_.size(), i + 1);
    replies_[i](make_text("answer to " + exchanges_[i]->path));
  }
  ASSERT_TRUE(wait_for(client, "answer to /3"));
  EXPECT_LT(client.text().find("answer to /1"), client.text().find("answer to /2"));
  EXPECT_LT(client.text().find("answer to /2"), client.text().find("answer to /3"));
}

TEST_F(HttpRepliesTest, ASecondReplyIsIgnored) {
  start_waiting();
  HttpClient client = connect(get("/1") + get("/2"));
  ASSERT_TRUE(wait_for_exchanges(1));
  replies_[0](make_text("first"));
  replies_[0](make_text("second"));
  ASSERT_TRUE(wait_for_exchanges(2));
  replies_[0](make_text("third"));
  replies_[1](make_text("other"));
  ASSERT_TRUE(wait_for(client, "other"));
  EXPECT_EQ(count_of(client.text(), "HTTP/1.1 200"), 2U);
}

TEST_F(HttpRepliesTest, AReplyAfterTheEndOfTheSessionIsIgnored) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  server_->stop();
  replies_[0](make_text("late"));
  EXPECT_TRUE(wait_for_close(client));
  EXPECT_EQ(client.text(), "");
}

TEST_F(HttpRepliesTest, AReplyAfterTheEndOfTheServerIsIgnored) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  server_.reset();
  replies_[0](make_text("late"));
  run_what_is_ready();
  client.read();
  EXPECT_EQ(client.text(), "");
}

TEST_F(HttpRepliesTest, ARequestWithoutAReplyGets503AndTheConnectionStays) {
  start_waiting({.reply_timeout = kShort});
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for(client, "\"status\":503}"));
  EXPECT_THAT(client.text(), HasSubstr("application/problem+json"));
  EXPECT_EQ(server_->counters().late, 1U);
  EXPECT_EQ(server_->counters().timed_out, 0U);
  replies_[0](make_text("late"));
  client.send(kGet);
  ASSERT_TRUE(wait_for_exchanges(2));
  replies_[1](make_text("in time"));
  ASSERT_TRUE(wait_for(client, "in time"));
  EXPECT_EQ(client.text().find("late"), std::string::npos);
}

TEST_F(HttpRepliesTest, AClientThatHasGoneIsNoticedAtTheReply) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  client.reset();
  run_what_is_ready();
  replies_[0](make_text("for nobody"));
  EXPECT_TRUE(run_until([&] { return server_->session_count() == 0; }));
}

TEST_F(HttpRepliesTest, NothingIsReadWhileAReplyIsAwaited) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  const std::string noise(65536, 'x');
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += client.send(noise);
    run_what_is_ready();
  }
  EXPECT_LT(taken, 1000 * noise.size());
}

TEST_F(HttpRepliesTest, DrainingWaitsForTheReplyAndSaysClose) {
  start_waiting();
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_exchanges(1));
  server_->start_draining();
  run_what_is_ready();
  ASSERT_EQ(server_->session_count(), 1U);
  replies_[0](make_text("last"));
  ASSERT_TRUE(wait_for_close(client));
  EXPECT_THAT(client.text(), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(client.text(), EndsWith("last"));
}

TEST_F(HttpRepliesTest, AHandlerThatThrowsGives500) {
  start({}, [](const std::shared_ptr<Exchange>&, const Reply&) { throw std::length_error("too long"); });
  HttpClient client = connect(kGet);
  EXPECT_TRUE(wait_for(client, "\"status\":500}"));
}

TEST_F(HttpRepliesTest, AMalformedTargetGets400AndTheConnectionStays) {
  start_waiting();
  HttpClient client = connect(get("/%00") + get("/next"));
  ASSERT_TRUE(wait_for_exchanges(1));
  EXPECT_EQ(exchanges_[0]->path, "/next");
  EXPECT_TRUE(wait_for(client, "\"status\":400"));
}

TEST_F(HttpRepliesTest, AnAnswerWithoutContentSaysNoLength) {
  start({}, [](const std::shared_ptr<Exchange>&, const Reply& reply) {
    Response response = make_text("not to be sent");
    response.result(http::status::no_content);
    reply(std::move(response));
  });
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for(client, "\r\n\r\n"));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(client.text().find("Content-Length"), std::string::npos);
  EXPECT_THAT(client.text(), EndsWith("\r\n\r\n"));
}

}  // namespace
}  // namespace turnpike::control
