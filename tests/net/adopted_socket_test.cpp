#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "loopback.hpp"
#include "server/inherited_sockets.hpp"
#include "server/listeners.hpp"
#include "turnpike/net/bound_socket.hpp"
#include "turnpike/net/tcp_listener.hpp"

namespace turnpike::server {
namespace {

using net::FileDescriptor;
using Kind = net::BoundSocket::Kind;

/// As a service manager gives it: another descriptor of the socket, blocking and open to children.
template <typename Socket>
FileDescriptor give(const Socket& socket) {
  FileDescriptor given(::fcntl(socket.native_handle(), F_DUPFD, 3));
  EXPECT_EQ(::fcntl(given.get(), F_SETFL, 0), 0);
  return given;
}

template <typename... Descriptors>
InheritedSockets inherit(Descriptors... descriptors) {
  std::vector<FileDescriptor> all;
  (all.push_back(std::move(descriptors)), ...);
  return InheritedSockets(std::move(all));
}

Config config_of(ListenScheme scheme, const Endpoint& endpoint) {
  Config config;
  config.listen = {{scheme, endpoint}};
  return config;
}

std::vector<WorkerListeners> bind(const Config& config, std::uint32_t workers, InheritedSockets& inherited) {
  return bind_listeners({}, config, {.workers = workers, .chosen = true}, inherited).opened;
}

const net::UdpSocketOptions kShared{.reuse_port = true};

TEST(AdoptedSocket, ReceivesAndAnswersFromTheAddressThatWasAsked) {
  const net::UdpSocket bound = net::open_socket({IpAddress::any(AddressFamily::ipv4), 0});
  auto adopted = net::UdpSocket::adopt(give(bound), {});
  ASSERT_TRUE(adopted);
  const Endpoint asked{IpAddress::v4(127, 0, 0, 2), bound.local_endpoint().port};
  net::UdpSocket client = net::open_socket();
  net::SendBatch batch;
  batch.add({.socket = &client, .to = asked, .source = {}, .payload = as_bytes("ping")});
  batch.flush();
  const auto arrived = net::receive_datagrams(*adopted, 1);
  ASSERT_EQ(arrived.size(), 1U);
  EXPECT_EQ(arrived.front().to, asked) << "without pktinfo a wildcard socket does not know";
}

TEST(AdoptedSocket, DoesNotBlockAndStaysInThisProgram) {
  const net::UdpSocket bound = net::open_socket();
  const auto adopted = net::UdpSocket::adopt(give(bound), {});
  ASSERT_TRUE(adopted);
  EXPECT_NE(::fcntl(adopted->native_handle(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(adopted->native_handle(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(AdoptedSocket, ListensAndAccepts) {
  FileDescriptor bound(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in any{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}};
  ASSERT_EQ(::bind(bound.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)), 0);  // not listening yet
  auto adopted = net::TcpListener::adopt(std::move(bound), {});
  ASSERT_TRUE(adopted);
  const Endpoint to{IpAddress::v4(127, 0, 0, 1), adopted->local_endpoint().port};
  const auto client = net::TcpSocket::connect({IpAddress::v4(127, 0, 0, 1), 0}, to);
  ASSERT_TRUE(client);
  ASSERT_TRUE(net::wait_for(adopted->native_handle(), POLLIN));
  EXPECT_TRUE(adopted->accept());
}

TEST(AdoptedSocket, MustBeOfTheRightKind) {
  const net::UdpSocket bound = net::open_socket();
  EXPECT_FALSE(net::TcpListener::adopt(give(bound), {}));
  const auto listener = net::TcpListener::open(net::kLoopbackV4, {}).value();
  EXPECT_FALSE(net::UdpSocket::adopt(give(listener), {}));
  EXPECT_FALSE(net::UdpSocket::adopt(FileDescriptor(::open("/dev/null", O_RDWR)), {}));
}

TEST(InheritedSockets, AreFoundByAddressPortAndKind) {
  const net::UdpSocket bound = net::open_socket();
  const Endpoint local = bound.local_endpoint();
  const InheritedSockets inherited = inherit(give(bound));
  EXPECT_TRUE(inherited.has(Kind::datagram, local));
  EXPECT_FALSE(inherited.has(Kind::stream, local));
  EXPECT_FALSE(inherited.has(Kind::datagram, {IpAddress::v4(127, 0, 0, 2), local.port}));
  EXPECT_FALSE(inherited.has(Kind::datagram, {local.address, static_cast<std::uint16_t>(local.port ^ 1U)}));
}

TEST(InheritedSockets, WithoutAListenerAreNamedAndClosed) {
  const net::UdpSocket bound = net::open_socket();
  InheritedSockets inherited = inherit(give(bound));
  inherited.close_rest();
  ASSERT_EQ(inherited.complaints().size(), 1U);
  EXPECT_NE(inherited.complaints().front().find(bound.local_endpoint().to_string()), std::string::npos);
  EXPECT_FALSE(inherited.has(Kind::datagram, bound.local_endpoint()));
}

TEST(InheritedSockets, ThatTakeIpv4TooAreRefusedWithTheRemedy) {
  FileDescriptor both(::socket(AF_INET6, SOCK_DGRAM, 0));
  const int off = 0;
  ASSERT_EQ(::setsockopt(both.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)), 0);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  ASSERT_EQ(::bind(both.get(), reinterpret_cast<const sockaddr*>(&any), sizeof(any)), 0);
  const InheritedSockets inherited = inherit(std::move(both));
  ASSERT_EQ(inherited.complaints().size(), 1U);
  EXPECT_NE(inherited.complaints().front().find("BindIPv6Only"), std::string::npos);
}

TEST(InheritedSockets, ThatAreNoSocketsAreComplainedOf) {
  EXPECT_EQ(inherit(FileDescriptor(::open("/dev/null", O_RDWR))).complaints().size(), 1U);
}

TEST(InheritedSockets, GoToTheWorkersOneEach) {
  const net::UdpSocket first = net::open_socket(net::kLoopbackV4, kShared);
  const net::UdpSocket second = net::open_socket(first.local_endpoint(), kShared);
  InheritedSockets inherited = inherit(give(first), give(second));
  const Config config = config_of(ListenScheme::udp, first.local_endpoint());
  const auto sets = bind(config, 2, inherited);
  EXPECT_EQ(sets[0].datagram.size(), 1U);
  EXPECT_EQ(sets[1].datagram.size(), 1U);
  EXPECT_TRUE(inherited.complaints().empty());
}

TEST(InheritedSockets, FewerThanWorkersLeaveTheOthersWithoutAndSaySo) {
  const net::UdpSocket only = net::open_socket(net::kLoopbackV4, kShared);
  InheritedSockets inherited = inherit(give(only));
  const Config config = config_of(ListenScheme::udp, only.local_endpoint());
  const auto sets = bind(config, 3, inherited);
  EXPECT_EQ(sets[0].datagram.size(), 1U);
  EXPECT_TRUE(sets[1].datagram.empty());
  EXPECT_TRUE(sets[2].datagram.empty());
  ASSERT_EQ(inherited.complaints().size(), 1U);
  EXPECT_NE(inherited.complaints().front().find("1 socket for 3 workers"), std::string::npos);
}

// The kernel would go on giving datagrams to one that nobody reads.
TEST(InheritedSockets, MoreThanWorkersAreAllServed) {
  const net::UdpSocket first = net::open_socket(net::kLoopbackV4, kShared);
  const net::UdpSocket second = net::open_socket(first.local_endpoint(), kShared);
  InheritedSockets inherited = inherit(give(first), give(second));
  const Config config = config_of(ListenScheme::udp, first.local_endpoint());
  EXPECT_EQ(bind(config, 1, inherited)[0].datagram.size(), 2U);
}

TEST(InheritedSockets, OfOneListenerLeaveTheOthersToBeBoundByUs) {
  const auto given = net::TcpListener::open(net::kLoopbackV4, {}).value();
  InheritedSockets inherited = inherit(give(given));
  Config config = config_of(ListenScheme::tcp, given.local_endpoint());
  config.listen.push_back({ListenScheme::udp, net::kLoopbackV4});
  const auto sets = bind(config, 1, inherited);
  EXPECT_EQ(sets[0].stream.size(), 1U);
  EXPECT_EQ(sets[0].datagram.size(), 1U);
  EXPECT_EQ(sets[0].stream.front().socket.local_endpoint(), given.local_endpoint());
}

}  // namespace
}  // namespace turnpike::server
