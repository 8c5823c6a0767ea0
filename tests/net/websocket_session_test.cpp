#include <gmock/gmock.h>

#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

using test::client_frame;
using test::close_payload;
using test::kBinary;
using test::kClose;
using test::kPing;
using test::kPong;
using test::kText;

class WebSocketSessionTest : public WebSocketTest {
 protected:
  /// The client sends a frame that is refused.
  void expect_fault(int first, std::string_view payload, int code) {
    Client client = connect();
    client.send(first, payload);
    ASSERT_TRUE(wait_for_end(client));
    ASSERT_THAT(client.frames(), SizeIs(1));
    EXPECT_THAT(client.frames()[0].payload, StartsWith(close_payload(code)));
    EXPECT_EQ(client.peer->closed, 1);
  }
};

TEST_F(WebSocketSessionTest, ShakesHandsAndEchoes) {
  start_sockets();
  Client client = connect();
  EXPECT_THAT(client.stream().text(), StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(client.stream().text(), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  client.send_text("hello");
  EXPECT_TRUE(wait_for_frames(client, {text_frame("hello")}));
  EXPECT_EQ(server_->session_count(), 0U);
  EXPECT_EQ(sockets_->size(), 1U);
}

TEST_F(WebSocketSessionTest, WhatComesRightBehindTheRequestIsRead) {
  start_sockets();
  Client client = begin(client_frame(kText, "early") + client_frame(kText, "bird"));
  EXPECT_TRUE(wait_for_frames(client, {text_frame("early"), text_frame("bird")}));
}

TEST_F(WebSocketSessionTest, HalfAFrameBehindTheRequestIsCompletedLater) {
  start_sockets();
  const std::string frame = client_frame(kText, "early");
  Client client = begin(std::string_view(frame).substr(0, 7));
  ASSERT_TRUE(run_until([&] { return client.read(), client.peer->opened == 1; }));
  client.stream().send(std::string_view(frame).substr(7));
  EXPECT_TRUE(wait_for_frames(client, {text_frame("early")}));
}

TEST_F(WebSocketSessionTest, FramesMayComeByteByByte) {
  start_sockets();
  Client client = connect();
  for (const char byte : client_frame(kText, "slowly") + client_frame(kText, "but surely")) {
    client.stream().send({&byte, 1});
    turn_loop();
  }
  EXPECT_TRUE(wait_for_frames(client, {text_frame("slowly"), text_frame("but surely")}));
}

TEST_F(WebSocketSessionTest, FramesMayComeAllAtOnce) {
  start_sockets();
  Client client = connect();
  std::string frames;
  std::vector<test::ServerFrame> expected;
  for (int i = 0; i < 200; ++i) {
    frames += client_frame(kText, std::to_string(i));
    expected.push_back(text_frame(std::to_string(i)));
  }
  client.stream().send(frames);
  EXPECT_TRUE(wait_for_frames(client, expected));
  EXPECT_EQ(sockets_->counters().received, 200U);
  EXPECT_EQ(sockets_->counters().sent, 200U);
}

TEST_F(WebSocketSessionTest, AMessageOfTheLargestSizeGoesThere) {
  start_sockets({.max_message = 100'000});
  Client client = connect();
  const std::string text(100'000, 'x');
  const std::string frame = client_frame(kText, text);
  std::size_t sent = 0;
  EXPECT_TRUE(run_until([&] {
    sent += client.stream().send(std::string_view(frame).substr(sent));
    return sent == frame.size();
  }));
  EXPECT_TRUE(wait_for_frames(client, {text_frame(text)}));
}

TEST_F(WebSocketSessionTest, APingIsAnsweredWithItsPayload) {
  start_sockets();
  Client client = connect();
  client.send(kPing, "are you there");
  EXPECT_TRUE(wait_for_frames(client, {{kPong, "are you there"}}));
}

TEST_F(WebSocketSessionTest, ACloseIsEchoedAndTheServerEndsTheStream) {
  start_sockets();
  Client client = connect();
  client.send(kClose, close_payload(4321, "enough"));
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), ElementsAre(close_frame(4321)));
  EXPECT_EQ(client.peer->closed, 1);
  client.stream().half_close();
  EXPECT_TRUE(all_closed());
  EXPECT_EQ(client.peer->closed, 1);
}

TEST_F(WebSocketSessionTest, ACloseWithoutACodeIsEchoedWithoutOne) {
  start_sockets();
  Client client = connect();
  client.send(kClose, {});
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), ElementsAre(test::ServerFrame{kClose, {}}));
}

TEST_F(WebSocketSessionTest, WhatWasSentBeforeTheCloseGoesOutBeforeIt) {
  start_sockets();
  Client client = connect();
  client.peer->channel->send("last words");
  client.peer->channel->close(CloseCode::kicked, "out");
  client.peer->channel->send("never");
  EXPECT_TRUE(wait_for_frames(client, {text_frame("last words"), close_frame(4002, "out")}));
  client.send(kClose, close_payload(4002));
  EXPECT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), SizeIs(2));
}

TEST_F(WebSocketSessionTest, ThePeerIsToldTheEndAfterItsOwnCallOnly) {
  start_sockets();
  Client client = connect();
  client.peer->on_text = [&](std::string_view) {
    client.peer->channel->close(CloseCode::normal, {});
    EXPECT_EQ(client.peer->closed, 0);
  };
  client.stream().send(client_frame(kText, "end") + client_frame(kText, "too late"));
  EXPECT_TRUE(wait_for_frames(client, {close_frame(1000)}));
  EXPECT_TRUE(run_until([&] { return client.peer->gone == 1; }));
  EXPECT_EQ(client.peer->closed, 1);
  EXPECT_THAT(client.peer->texts, ElementsAre("end"));
}

TEST_F(WebSocketSessionTest, AClientThatDoesNotAnswerACloseIsClosedAllTheSame) {
  start_sockets({.closing = std::chrono::milliseconds{30}});
  Client client = connect();
  client.peer->channel->close(CloseCode::normal, {});
  EXPECT_TRUE(wait_for_end(client));
  EXPECT_TRUE(all_closed());
}

TEST_F(WebSocketSessionTest, FaultsCloseWithTheirCode) {
  start_sockets({.max_message = 1000});
  expect_fault(kBinary, "x", 1003);
  expect_fault(kText | 0x40, "x", 1002);
  expect_fault(kText, "\xff", 1007);
  expect_fault(kText, std::string(1001, 'x'), 1009);
  expect_fault(kClose, "x", 1002);
  EXPECT_EQ(sockets_->counters().protocol_errors, 4U);
  EXPECT_EQ(sockets_->counters().too_big, 1U);
  EXPECT_TRUE(all_closed());
}

TEST_F(WebSocketSessionTest, AClientThatEndsWithoutACloseIsGone) {
  start_sockets();
  Client client = connect();
  client.stream().half_close();
  EXPECT_TRUE(all_closed());
  EXPECT_EQ(client.peer->closed, 1);
  EXPECT_EQ(client.peer->gone, 1);
}

TEST_F(WebSocketSessionTest, AResetClientIsGone) {
  start_sockets();
  Client client = connect();
  client.stream().reset();
  EXPECT_TRUE(all_closed());
  EXPECT_EQ(client.peer->closed, 1);
}

TEST_F(WebSocketSessionTest, WhatCameBeforeTheEndIsStillDelivered) {
  start_sockets();
  Client client = connect();
  client.send_text("one");
  client.send_text("two");
  client.stream().half_close();
  EXPECT_TRUE(all_closed());
  EXPECT_THAT(client.peer->texts, ElementsAre("one", "two"));
}

TEST_F(WebSocketSessionTest, ARefusedHandshakeOpensNothing) {
  start_sockets();
  SocketPair pair = connect_over_loopback();
  next_log_ = std::make_shared<PeerLog>();
  server_->serve(make_stream(std::move(pair.server)));
  HttpClient client(std::move(pair.client));
  client.send(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n");
  ASSERT_TRUE(run_until([&] { return client.read(), client.text().ends_with('}'); }));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 426 Upgrade Required\r\n"));
  EXPECT_THAT(client.text(), HasSubstr("Sec-WebSocket-Version: 13\r\n"));
  EXPECT_EQ(sockets_->size(), 0U);
  EXPECT_EQ(next_log_->opened, 0);
}

TEST_F(WebSocketSessionTest, StopSaysGoingAwayAndTellsAllPeersBeforeItReturns) {
  start_sockets();
  Client one = connect();
  Client other = connect();
  one.peer->on_closed = [&] {
    if (other.peer->channel != nullptr) other.peer->channel->send("one has gone");
  };
  one.send_text("not read yet");
  sockets_->stop();
  EXPECT_EQ(one.peer->closed, 1);
  EXPECT_EQ(other.peer->closed, 1);
  EXPECT_EQ(sockets_->size(), 0U);
  for (Client* client : {&one, &other}) {
    EXPECT_TRUE(wait_for_end(*client));
    EXPECT_THAT(client->frames(), ElementsAre(close_frame(1001, "the server ends")));
    EXPECT_EQ(client->peer->closed, 1);
  }
}

TEST_F(WebSocketSessionTest, StopInTheMiddleOfEverythingTellsEachPeerOnce) {
  start_sockets();
  Client busy = connect();
  Client closing = connect();
  Client faulty = connect();
  Client gone = connect();
  closing.peer->channel->close(CloseCode::normal, {});
  busy.peer->channel->send("not sent yet");
  faulty.send(kBinary, {});
  gone.stream().reset();
  loop_.restart();
  loop_.poll_one();
  sockets_->stop();
  turn_loop();
  for (const Client* client : {&busy, &closing, &faulty, &gone}) {
    EXPECT_EQ(client->peer->closed, 1);
    EXPECT_EQ(client->peer->gone, 1);
  }
}

TEST_F(WebSocketSessionTest, ASetThatGoesTellsThePeersButNotTheClients) {
  start_sockets();
  Client client = connect();
  client.peer->channel->send("never sent");
  sockets_.reset();
  EXPECT_EQ(client.peer->closed, 1);
  EXPECT_EQ(client.peer->gone, 1);
  EXPECT_TRUE(wait_for_end(client));
  EXPECT_THAT(client.frames(), IsEmpty());
}

}  // namespace
}  // namespace turnpike::control
