#include <gmock/gmock.h>

#include "http_tls_client.hpp"
#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::ElementsAre;

using test::client_frame;
using test::close_payload;
using test::kClose;
using test::kText;

class WebSocketTlsTest : public WebSocketTest {
 protected:
  using SecureClient = WebSocketClient<TlsHttpClient>;

  SecureClient begin_secure(std::string_view behind = {}) {
    next_log_ = std::make_shared<PeerLog>();
    TlsPair opened = handshakes_.shake_hands();
    SocketPair pair = connect_over_loopback();
    const int small = 4096;
    static_cast<void>(::setsockopt(pair.server.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
    HttpStream stream = make_stream(std::move(pair.server));
    stream.tls = std::move(opened.server);
    stream.unsent = std::move(opened.last);
    server_->serve(std::move(stream));
    SecureClient client(TlsHttpClient(std::move(pair.client), std::move(opened.client)), next_log_);
    client.stream().send(std::string(kHandshake).append(behind));
    return client;
  }
  SecureClient connect_secure() {
    SecureClient client = begin_secure();
    EXPECT_TRUE(run_until([&] { return client.read(), client.is_open() && client.peer->opened == 1; }));
    return client;
  }

  TlsHandshakes handshakes_;
};

TEST_F(WebSocketTlsTest, Echoes) {
  start_sockets();
  SecureClient client = connect_secure();
  client.send_text("hello");
  client.send_text("again");
  EXPECT_TRUE(wait_for_frames(client, {text_frame("hello"), text_frame("again")}));
}

// More than the HTTP session reads at a time: some of it is still within the engine when the stream is handed over.
TEST_F(WebSocketTlsTest, WhatComesRightBehindTheRequestIsReadHoweverMuchItIs) {
  start_sockets();
  const std::string text(16'000 - kHandshake.size(), 'x');
  SecureClient client = begin_secure(client_frame(kText, text));
  EXPECT_TRUE(wait_for_frames(client, {text_frame(text)}));
}

TEST_F(WebSocketTlsTest, RecordsMayComeByteByByte) {
  start_sockets();
  SecureClient client = connect_secure();
  client.stream().send_byte_by_byte(client_frame(kText, "slowly"), [&] { turn_loop(); });
  EXPECT_TRUE(wait_for_frames(client, {text_frame("slowly")}));
}

TEST_F(WebSocketTlsTest, LargeMessagesGoThere) {
  start_sockets();
  SecureClient client = connect_secure();
  const std::string text(100'000, 'x');
  for (int i = 0; i < 2; ++i) client.peer->channel->send(text);
  EXPECT_TRUE(wait_for_frames(client, {text_frame(text), text_frame(text)}));
}

TEST_F(WebSocketTlsTest, ACloseEndsWithCloseNotify) {
  start_sockets();
  SecureClient client = connect_secure();
  client.send(kClose, close_payload(1000));
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), ElementsAre(close_frame(1000)));
  EXPECT_EQ(client.stream().engine().state(), net::TlsEngine::State::closed);
}

TEST_F(WebSocketTlsTest, AClientThatSaysTheEndOfTlsIsGone) {
  start_sockets();
  SecureClient client = connect_secure();
  client.send_text("last words");
  client.stream().say_end();
  EXPECT_TRUE(all_closed());
  EXPECT_THAT(client.peer->texts, ElementsAre("last words"));
  EXPECT_EQ(client.peer->closed, 1);
}

TEST_F(WebSocketTlsTest, AForgedRecordEndsTheSocket) {
  start_sockets();
  SecureClient client = connect_secure();
  client.stream().raw().send({"\x17\x03\x03\x00\x20 0123456789012345678901234567890", 37});
  EXPECT_TRUE(all_closed());
  EXPECT_EQ(client.peer->closed, 1);
}

TEST_F(WebSocketTlsTest, AClientThatDoesNotReadIsClosedAtItsBound) {
  start_sockets({.send_queue = 50'000});
  SecureClient client = connect_secure();
  EXPECT_TRUE(run_until([&] {
    if (client.peer->closed == 0) client.peer->channel->send(std::string(50'000, 'x'));
    return client.peer->closed == 1;
  }));
  EXPECT_EQ(sockets_->counters().slow_readers, 1U);
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_EQ(client.frames().back(), close_frame(1008, "too slow a reader"));
}

TEST_F(WebSocketTlsTest, StopSaysGoingAway) {
  start_sockets();
  SecureClient client = connect_secure();
  sockets_->stop();
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), ElementsAre(close_frame(1001, "the server ends")));
}

}  // namespace
}  // namespace turnpike::control
