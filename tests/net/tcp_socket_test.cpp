#include "turnpike/net/tcp_socket.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <string>
#include <vector>

#include "turnpike/net/tcp_listener.hpp"

namespace turnpike::net {
namespace {

const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);

bool wait_for(int fd, short events) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, 5000) == 1;
}

TcpListener listen(bool reuse_port = false) {
  return TcpListener::open({kLoopback, 0}, {.reuse_port = reuse_port}).value();
}

TcpSocket connected(TcpListener& listener) {
  auto socket = TcpSocket::connect({kLoopback, 0}, listener.local_endpoint()).value();
  EXPECT_TRUE(wait_for(socket.native_handle(), POLLOUT));
  EXPECT_EQ(socket.finish_connect(), error_code{});
  return socket;
}

TcpSocket accepted(TcpListener& listener) {
  EXPECT_TRUE(wait_for(listener.native_handle(), POLLIN));
  return listener.accept().value();
}

TEST(TcpSocketTest, BytesGoBothWays) {
  TcpListener listener = listen();
  TcpSocket client = connected(listener);
  TcpSocket server = accepted(listener);
  EXPECT_EQ(server.local_endpoint(), listener.local_endpoint());
  const std::array<ByteSpan, 2> pieces{as_bytes("two "), as_bytes("pieces")};
  EXPECT_EQ(client.write(pieces).value(), 10U);
  ASSERT_TRUE(wait_for(server.native_handle(), POLLIN));
  std::array<std::uint8_t, 64> buffer{};
  EXPECT_EQ(server.read(buffer).value(), 10U);
  EXPECT_EQ(as_text(ByteSpan(buffer).first(10)), "two pieces");
}

TEST(TcpSocketTest, NothingToReadIsNoError) {
  TcpListener listener = listen();
  TcpSocket client = connected(listener);
  std::array<std::uint8_t, 8> buffer{};
  const auto outcome = client.read(buffer);
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(is_would_block(outcome.error()));
  const auto none = listen().accept();
  ASSERT_FALSE(none);
  EXPECT_TRUE(is_would_block(none.error()));
}

TEST(TcpSocketTest, TheEndOfTheOtherSideReadsAsZero) {
  TcpListener listener = listen();
  TcpSocket client = connected(listener);
  TcpSocket server = accepted(listener);
  client.shut_down_writing();
  ASSERT_TRUE(wait_for(server.native_handle(), POLLIN));
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(server.read(buffer).value(), 0U);
}

TEST(TcpSocketTest, AFullReceiverTakesNothingMore) {
  TcpListener listener = listen();
  TcpSocket client = connected(listener);
  TcpSocket server = accepted(listener);
  const std::vector<std::uint8_t> chunk(65536);
  const ByteSpan piece(chunk);
  bool full = false;
  for (int i = 0; i < 1000 && !full; ++i) full = client.write({&piece, 1}).value() == 0;
  EXPECT_TRUE(full);
}

TEST(TcpSocketTest, ARefusedConnectSaysSo) {
  const Endpoint nobody = listen().local_endpoint();
  auto socket = TcpSocket::connect({kLoopback, 0}, nobody);
  if (!socket) return;  // loopback may tell at once
  ASSERT_TRUE(wait_for(socket->native_handle(), POLLOUT));
  const auto outcome = socket->finish_connect();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(*outcome, boost::system::errc::connection_refused);
}

// RFC 6062 section 5.2: the relayed transport address is both listened on and connected from.
TEST(TcpSocketTest, AListeningAddressCanBeConnectedFrom) {
  TcpListener peer = listen();
  TcpListener relay = listen(true);
  auto socket = TcpSocket::connect(relay.local_endpoint(), peer.local_endpoint());
  ASSERT_TRUE(socket) << socket.error().message();
  ASSERT_TRUE(wait_for(socket->native_handle(), POLLOUT));
  EXPECT_EQ(socket->finish_connect(), error_code{});
  EXPECT_EQ(accepted(peer).remote_endpoint(), relay.local_endpoint());
}

TEST(TcpListenerTest, ATakenPortIsAnError) {
  TcpListener listener = listen();
  EXPECT_FALSE(TcpListener::open(listener.local_endpoint(), {}));
}

}  // namespace
}  // namespace turnpike::net
