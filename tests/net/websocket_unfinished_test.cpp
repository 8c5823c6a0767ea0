#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using test::client_frame;
using test::kFirstPiece;
using test::kLastPiece;
using test::kMiddlePiece;
using test::kText;

constexpr auto kBeat = std::chrono::milliseconds{100};

class WebSocketUnfinishedTest : public WebSocketTest {
 protected:
  /// Begins a message of that many bytes, of which the last one is kept back.
  static void send_most(Client& client, std::size_t size) {
    const std::string frame = client_frame(kText, std::string(size, 'x'));
    client.stream().send(std::string_view(frame).substr(0, frame.size() - 1));
  }
  static void expect_last_frame(const Client& client, int code, std::string_view reason) {
    ASSERT_FALSE(client.frames().empty());
    EXPECT_EQ(client.frames().back(), close_frame(code, reason));
  }
};

TEST_F(WebSocketUnfinishedTest, OverTheTotalWhoHoldsMostIsClosedAndTheOthersStay) {
  start_sockets({.receive_total = 60'000});
  Client greedy = connect();
  send_most(greedy, 25'000);
  std::vector<Client> modest;
  for (int i = 0; i < 10; ++i) {
    modest.push_back(connect());
    send_most(modest.back(), 4'000);
  }
  ASSERT_TRUE(wait_for_end(greedy));
  expect_last_frame(greedy, 1013, "a message is not whole");
  EXPECT_EQ(sockets_->counters().unfinished, 1U);
  for (Client& client : modest) {
    client.stream().send("x");
    EXPECT_TRUE(run_until([&] { return client.peer->texts.size() == 1; }));
  }
}

TEST_F(WebSocketUnfinishedTest, TheTotalForgetsWhatHasBecomeWholeAndWhoHasGone) {
  start_sockets({.receive_total = 60'000});
  for (int round = 0; round < 5; ++round) {
    Client client = connect();
    send_most(client, 25'000);
    client.stream().send("x");
    ASSERT_TRUE(run_until([&] { return client.peer->texts.size() == 1; }));
    send_most(client, 25'000);
    turn_loop();
    client.stream().reset();
    ASSERT_TRUE(all_closed());
  }
  EXPECT_EQ(sockets_->counters().unfinished, 0U);
}

TEST_F(WebSocketUnfinishedTest, AMessageThatIsDrawnOutIsAgainstThePolicy) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  client.send(kFirstPiece, "x");
  int heard = 0;
  EXPECT_TRUE(run_until([&] {
    if (heard < client.peer->heartbeats) ++heard, client.send(kMiddlePiece, "x");
    return client.read(), client.is_closed();
  }));
  expect_last_frame(client, 1008, "a message is not whole");
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(sockets_->counters().unfinished, 1U);
}

TEST_F(WebSocketUnfinishedTest, WhoIsAlwaysInTheMiddleOfAnotherMessageStays) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  client.send(kFirstPiece, "x");
  int heard = 0;
  EXPECT_TRUE(run_until([&] {
    if (heard < client.peer->heartbeats) ++heard, client.send(kLastPiece, "x"), client.send(kFirstPiece, "x");
    return heard == 5;
  }));
  EXPECT_EQ(client.peer->closed, 0);
}

TEST_F(WebSocketUnfinishedTest, WhatAMessageMakesFailEndsItsClientAndNoOther) {
  start_sockets();
  Client client = connect();
  Client other = connect();
  client.peer->on_text = [](std::string_view) { throw std::runtime_error("no memory, say"); };
  client.send_text("x");
  EXPECT_THROW(run_until([&] { return client.peer->closed == 1; }), std::runtime_error);
  EXPECT_TRUE(run_until([&] { return client.peer->closed == 1; }));
  EXPECT_EQ(sockets_->size(), 1U);
  other.send_text("still here");
  EXPECT_TRUE(wait_for_frames(other, {text_frame("still here")}));
}

}  // namespace
}  // namespace turnpike::control
