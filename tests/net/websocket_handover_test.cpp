#include <gmock/gmock.h>

#include <chrono>

#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kShort = std::chrono::milliseconds{30};
constexpr auto kLong = std::chrono::seconds{30};

Response make_switch() {
  Response response;
  response.result(http::status::switching_protocols);
  response.set(http::field::connection, "Upgrade");
  response.set(http::field::upgrade, "x");
  return response;
}

/// An HTTP session that lets go of its connection, and one that waits long for its answer.
class HandOverTest : public HttpTest {
 protected:
  HttpClient connect(std::string_view received) {
    SocketPair pair = connect_over_loopback();
    server_->serve(make_stream(std::move(pair.server), received));
    return HttpClient(std::move(pair.client));
  }
  /// Every request is taken over, or with another status answered as it is.
  void start_taking(Response response) {
    start({}, [this, response](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
      exchange->take_over = [this](EngineStream stream, std::vector<std::uint8_t> received) {
        taken_.emplace(std::move(stream));
        early_.assign(received.begin(), received.end());
      };
      reply(response);
    });
  }
  /// Requests wait for what the test replies.
  void start_waiting(const HttpOptions& options, std::optional<Duration> patience) {
    start(options, [this, patience](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
      exchange->patience = patience;
      exchange->take_over = [this](EngineStream stream, const auto&) { taken_.emplace(std::move(stream)); };
      reply_ = reply;
    });
  }
  bool wait_for_request() {
    return run_until([this] { return reply_ != nullptr; });
  }

  std::optional<EngineStream> taken_;
  std::string early_;
  Reply reply_;
};

TEST_F(HandOverTest, AfterTheAnswerTheStreamIsHandedOverWithWhatCameBehindTheRequest) {
  start_taking(make_switch());
  HttpClient client = connect(std::string(kGet) + "and what follows");
  ASSERT_TRUE(run_until([&] { return client.read(), taken_.has_value(); }));
  EXPECT_EQ(early_, "and what follows");
  EXPECT_EQ(server_->session_count(), 0U);
  taken_->send(as_bytes("hello"));
  ASSERT_TRUE(run_until([&] { return client.read(), client.text().ends_with("hello"); }));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
}

TEST_F(HandOverTest, TheAnswerThatSwitchesHasNoLengthAndKeepsItsConnectionField) {
  start_taking(make_switch());
  HttpClient client = connect(kGet);
  ASSERT_TRUE(run_until([&] { return client.read(), taken_.has_value(); }));
  ASSERT_TRUE(run_until([&] { return client.read(), client.text().ends_with("\r\n\r\n"); }));
  EXPECT_THAT(client.text(), HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_THAT(client.text(), Not(HasSubstr("Content-Length")));
}

TEST_F(HandOverTest, AnotherAnswerHandsNothingOver) {
  start_taking(make_problem(http::status::forbidden));
  HttpClient client = connect(kGet);
  ASSERT_TRUE(run_until([&] { return client.read(), client.text().ends_with('}'); }));
  EXPECT_FALSE(taken_.has_value());
  EXPECT_EQ(server_->session_count(), 1U);
}

TEST_F(HandOverTest, WhatWasHandedOverOutlivesTheServer) {
  start_taking(make_switch());
  HttpClient client = connect(kGet);
  ASSERT_TRUE(run_until([&] { return client.read(), taken_.has_value(); }));
  server_.reset();
  taken_->send(as_bytes("hello"));
  EXPECT_TRUE(run_until([&] { return client.read(), client.text().ends_with("hello"); }));
}

TEST_F(HandOverTest, AClientThatGoesBeforeTheAnswerIsNotHandedOver) {
  start_waiting({}, std::nullopt);
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_request());
  client.reset();
  reply_(make_switch());
  EXPECT_TRUE(run_until([&] { return server_->session_count() == 0; }));
  EXPECT_FALSE(taken_.has_value());
}

TEST_F(HandOverTest, AnAnswerMayTakeLongerWhenItsHandlerSaysSo) {
  start_waiting({.reply_timeout = kShort}, kLong);
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_request());
  const auto later = std::chrono::steady_clock::now() + 2 * kShort;
  ASSERT_TRUE(run_until([&] { return client.read(), std::chrono::steady_clock::now() > later; }));
  EXPECT_EQ(client.text(), "");
  reply_(make_problem(http::status::not_found));
  EXPECT_TRUE(run_until([&] { return client.read(), client.text().starts_with("HTTP/1.1 404 "); }));
  EXPECT_EQ(server_->counters().late, 0U);
}

TEST_F(HandOverTest, PatienceEndsToo) {
  start_waiting({}, kShort);
  HttpClient client = connect(kGet);
  EXPECT_TRUE(run_until([&] { return client.read(), client.text().starts_with("HTTP/1.1 503 "); }));
  EXPECT_EQ(server_->counters().late, 1U);
}

TEST_F(HandOverTest, PatienceIsForOneRequestOnly) {
  start({.reply_timeout = kShort}, [this](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
    if (reply_) return;
    exchange->patience = kLong;
    reply_ = reply;
  });
  HttpClient client = connect(std::string(kGet).append(kGet));
  ASSERT_TRUE(wait_for_request());
  reply_(make_problem(http::status::not_found));
  EXPECT_TRUE(run_until([&] { return client.read(), count_of(client.text(), "HTTP/1.1 503 ") == 1; }));
}

TEST_F(HandOverTest, WhereThereIsNoRoomWhoWaitsInPatienceGivesWay) {
  start_waiting({.max_sessions = 1}, kLong);
  HttpClient polling = connect(kGet);
  ASSERT_TRUE(wait_for_request());
  reply_ = nullptr;
  HttpClient asking = connect(kGet);
  EXPECT_TRUE(run_until([&] { return polling.read(), polling.is_closed(); }));
  ASSERT_TRUE(wait_for_request());
  reply_(make_problem(http::status::not_found));
  EXPECT_TRUE(run_until([&] { return asking.read(), asking.text().starts_with("HTTP/1.1 404 "); }));
  EXPECT_EQ(server_->counters().evicted, 1U);
}

TEST_F(HandOverTest, WhoDoesNotFinishARequestGivesWayBeforeWhoWaitsInPatience) {
  start_waiting({.max_sessions = 2}, kLong);
  HttpClient polling = connect(kGet);
  ASSERT_TRUE(wait_for_request());
  HttpClient slow = connect(kGet.substr(0, 9));
  const HttpClient asking = connect(kGet);
  EXPECT_TRUE(run_until([&] { return slow.read(), slow.is_closed(); }));
  polling.read();
  EXPECT_FALSE(polling.is_closed());
}

TEST_F(HandOverTest, AReplyToAClientThatHasGoneMeanwhileEndsTheSession) {
  start_waiting({}, kLong);
  HttpClient client = connect(kGet);
  ASSERT_TRUE(wait_for_request());
  client.reset();
  reply_(make_problem(http::status::not_found));
  EXPECT_TRUE(run_until([&] { return server_->session_count() == 0; }));
}

}  // namespace
}  // namespace turnpike::control
