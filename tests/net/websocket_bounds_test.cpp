#include <gmock/gmock.h>

#include <chrono>

#include "websocket_client.hpp"

namespace turnpike::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using test::client_frame;
using test::kFirstPiece;
using test::kMiddlePiece;
using test::kPing;
using test::kPong;
using test::kText;
using test::octets;

constexpr auto kShort = std::chrono::milliseconds{30};
constexpr auto kBeat = std::chrono::milliseconds{200};  // for clients that are not to be taken for silent
constexpr auto kLong = std::chrono::hours{1};

void shrink(const net::FileDescriptor& socket, int buffer) {
  const int small = 4096;
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, buffer, &small, sizeof(small)));
}

/// The kernel takes little at a time from the server.
SocketPair connect_in_small_steps() {
  SocketPair pair = connect_over_loopback();
  shrink(pair.server, SO_SNDBUF);
  return pair;
}

/// The same, and little in all when the client does not read.
SocketPair connect_narrow() {
  SocketPair pair = connect_in_small_steps();
  shrink(pair.client, SO_RCVBUF);
  return pair;
}

class WebSocketBoundsTest : public WebSocketTest {
 protected:
  /// Writes to a client that does not read until it is closed; gives how many bytes that took.
  std::size_t write_until_closed(const Client& client, std::size_t text_size) {
    std::size_t written = 0;
    EXPECT_TRUE(run_until([&] {
      if (client.peer->closed == 0) {
        client.peer->channel->send(std::string(text_size, 'x'));
        written += text_size;
      }
      return client.peer->closed == 1;
    }));
    return written;
  }
  static void expect_last_frame(const Client& client, int code, std::string_view reason) {
    ASSERT_FALSE(client.frames().empty());
    EXPECT_EQ(client.frames().back(), close_frame(code, reason));
  }
};

TEST_F(WebSocketBoundsTest, AClientThatDoesNotReadIsClosedAtItsBound) {
  start_sockets({.send_queue = 50'000});
  Client client = connect(connect_narrow());
  const std::size_t written = write_until_closed(client, 1000);
  EXPECT_GE(written, 50'000U);
  EXPECT_LE(written, 50'000U + 100'000U);  // with what the kernel's buffers took
  EXPECT_EQ(sockets_->counters().slow_readers, 1U);
  EXPECT_TRUE(wait_for_end(client));
  expect_last_frame(client, 1008, "too slow a reader");
}

TEST_F(WebSocketBoundsTest, ASlowReaderThatGoesOnNotReadingIsReset) {
  start_sockets({.send_queue = 50'000, .closing = kShort});
  const Client client = connect(connect_narrow());
  write_until_closed(client, 1000);
  EXPECT_TRUE(all_closed());
}

TEST_F(WebSocketBoundsTest, ABurstThatTheKernelTakesIsNotSlowness) {
  start_sockets({.send_queue = 50'000});
  Client client = connect();
  for (int i = 0; i < 20; ++i) client.peer->channel->send(std::string(10'000, 'x'));
  EXPECT_TRUE(run_until([&] { return client.read(), client.frames().size() == 20; }));
  EXPECT_EQ(sockets_->counters().slow_readers, 0U);
}

TEST_F(WebSocketBoundsTest, AReaderThatKeepsPaceMayGetMuchMoreThanItsBound) {
  start_sockets({.send_queue = 50'000});
  Client client = connect(connect_in_small_steps());
  std::size_t sent = 0;
  EXPECT_TRUE(run_until([&] {
    for (; sent < 300 && sent < client.frames().size() + 10; ++sent) {
      client.peer->channel->send(std::string(1000, 'x'));
    }
    client.read();
    return client.frames().size() == 300;
  }));
  EXPECT_EQ(client.peer->closed, 0);
}

TEST_F(WebSocketBoundsTest, OverTheTotalTheSlowAreClosedAndTheOthersStay) {
  start_sockets({.send_total = 100'000});
  const Client slow = connect(connect_narrow());
  const Client slower = connect(connect_narrow());
  Client fast = connect();
  EXPECT_TRUE(run_until([&] {
    for (const Client* client : {&slow, &slower}) {
      if (client->peer->closed == 0) client->peer->channel->send(std::string(500, 'x'));
    }
    return slow.peer->closed + slower.peer->closed > 0;
  }));
  fast.peer->channel->send("still here");
  EXPECT_TRUE(wait_for_frames(fast, {text_frame("still here")}));
  EXPECT_EQ(fast.peer->closed, 0);
}

TEST_F(WebSocketBoundsTest, TheTotalForgetsWhatHasBeenTaken) {
  start_sockets({.send_total = 60'000});
  Client client = connect(connect_in_small_steps());
  for (std::size_t round = 1; round <= 10; ++round) {
    for (int i = 0; i < 30; ++i) client.peer->channel->send(std::string(1000, 'x'));
    ASSERT_TRUE(run_until([&] { return client.read(), client.frames().size() == round * 30; }));
  }
  EXPECT_EQ(client.peer->closed, 0);
}

TEST_F(WebSocketBoundsTest, ASilentClientIsGoneAfterTwoAndAHalfHeartbeats) {
  start_sockets({.heartbeat = kShort});
  const auto start = std::chrono::steady_clock::now();
  const Client client = connect();
  EXPECT_TRUE(all_closed());
  EXPECT_GE(std::chrono::steady_clock::now() - start, kShort * 5 / 2);
  EXPECT_LE(client.peer->heartbeats, 2);
  EXPECT_EQ(client.peer->closed, 1);
  EXPECT_EQ(sockets_->counters().silent, 1U);
}

TEST_F(WebSocketBoundsTest, AClientThatSaysAnythingAtAllStays) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  int heard = 0;
  EXPECT_TRUE(run_until([&] {
    if (heard < client.peer->heartbeats) client.send_text(std::to_string(++heard));
    return client.peer->heartbeats == 4;
  }));
  EXPECT_EQ(client.peer->closed, 0);
}

TEST_F(WebSocketBoundsTest, APingCarriesTheMarkAndItsPongBringsItBack) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  client.peer->next_mark = 0x0102030405060708;
  const std::string mark = octets({1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_TRUE(wait_for_frames(client, {{kPing, mark}}));
  EXPECT_THAT(client.peer->marks, IsEmpty());
  client.send(kPong, mark);
  EXPECT_TRUE(run_until([&] { return !client.peer->marks.empty(); }));
  EXPECT_THAT(client.peer->marks, ElementsAre(0x0102030405060708U));
}

TEST_F(WebSocketBoundsTest, PongsThatAnswerNoPingBringNothing) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  client.peer->next_mark = 7;
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 7}));  // not asked yet
  ASSERT_TRUE(run_until([&] { return client.read(), client.frames().size() == 1; }));
  client.peer->next_mark = 9;
  client.send(kPong, "7");
  client.send(kPong, {});
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 8}));
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 7}));
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 7}));  // answered already
  client.send_text("end");
  ASSERT_TRUE(run_until([&] { return !client.peer->texts.empty(); }));
  EXPECT_THAT(client.peer->marks, ElementsAre(7U));
}

TEST_F(WebSocketBoundsTest, APongForgetsThePingsBeforeItsOwn) {
  start_sockets({.heartbeat = kBeat});
  Client client = connect();
  client.peer->next_mark = 1;
  ASSERT_TRUE(run_until([&] { return client.read(), client.frames().size() == 1; }));
  client.peer->next_mark = 2;
  client.send_text("still here");
  ASSERT_TRUE(run_until([&] { return client.read(), client.frames().size() == 3; }));
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 2}));
  client.send(kPong, octets({0, 0, 0, 0, 0, 0, 0, 1}));
  client.send_text("end");
  ASSERT_TRUE(run_until([&] { return client.peer->texts.size() == 2; }));
  EXPECT_THAT(client.peer->marks, ElementsAre(2U));
}

TEST_F(WebSocketBoundsTest, AFloodOfPingsIsAgainstThePolicy) {
  start_sockets({.heartbeat = kLong, .control_frames = 30});
  Client client = connect();
  for (int i = 0; i < 31; ++i) client.send(kPing, std::to_string(i));
  ASSERT_TRUE(wait_for_end(client));
  EXPECT_EQ(client.frames().size(), 31U);
  expect_last_frame(client, 1008, "too many control frames");
  EXPECT_EQ(sockets_->counters().floods, 1U);
}

TEST_F(WebSocketBoundsTest, AFloodOfPongsIsAgainstThePolicy) {
  start_sockets({.heartbeat = kLong, .control_frames = 30});
  Client client = connect();
  for (int i = 0; i < 31; ++i) client.send(kPong, {});
  ASSERT_TRUE(wait_for_end(client));
  expect_last_frame(client, 1008, "too many control frames");
}

TEST_F(WebSocketBoundsTest, EachHeartbeatAllowsControlFramesAnew) {
  start_sockets({.heartbeat = kBeat, .control_frames = 4});
  Client client = connect();
  int heard = 0;
  EXPECT_TRUE(run_until([&] {
    if (heard < client.peer->heartbeats) ++heard, client.send(kPing, "1"), client.send(kPing, "2");
    return client.peer->heartbeats == 4;
  }));
  EXPECT_EQ(client.peer->closed, 0);
}

TEST_F(WebSocketBoundsTest, FragmentsWithoutEndAreAgainstThePolicy) {
  start_sockets();
  Client client = connect();
  std::string frames = client_frame(kFirstPiece, "x");
  for (int i = 0; i < 100; ++i) frames += client_frame(kMiddlePiece, {});
  client.stream().send(frames);
  ASSERT_TRUE(wait_for_end(client));
  expect_last_frame(client, 1008, "too many empty fragments");
  EXPECT_EQ(sockets_->counters().floods, 1U);
}

TEST_F(WebSocketBoundsTest, ASocketMayHaveALimitOfItsOwn) {
  start_sockets({.max_message = 10});
  SocketPair pair = connect_over_loopback();
  auto log = std::make_shared<PeerLog>();
  auto stream = EngineStream::adopt(loop_, make_stream(std::move(pair.server)));
  sockets_->open(std::move(*stream), {}, std::make_unique<LoggingPeer>(log), 20);
  EXPECT_EQ(log->opened, 1);
  HttpClient client(std::move(pair.client));
  client.send(client_frame(kText, "fifteen letters"));
  EXPECT_TRUE(run_until([&] { return log->texts.size() == 1; }));
  client.send(client_frame(kText, "more than twenty letters"));
  EXPECT_TRUE(run_until([&] { return log->closed == 1; }));
  EXPECT_EQ(sockets_->counters().too_big, 1U);
}

TEST_F(WebSocketBoundsTest, NewOptionsAreForSocketsThatOpenFromThenOn) {
  start_sockets({.heartbeat = kLong});
  Client before = connect();
  sockets_->set_options({.heartbeat = kShort});
  const Client after = connect();
  EXPECT_TRUE(run_until([&] { return after.peer->heartbeats >= 1; }));
  EXPECT_EQ(before.peer->heartbeats, 0);
}

}  // namespace
}  // namespace turnpike::control
