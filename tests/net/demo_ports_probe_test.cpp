#include <gtest/gtest.h>

#include <optional>

#include "server/demo_ports.hpp"
#include "turnpike/net/tcp_listener.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::server {
namespace {

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");

TEST(DemoPortsProbe, ATcpPortIsTakenWhileSomebodyListensAlsoIfTheyWouldShareIt) {
  net::TcpListenerOptions options;
  options.reuse_port = true;
  std::optional taken{*net::TcpListener::open(kAnyPort, options)};
  const ListenUrl listener{ListenScheme::http, taken->local_endpoint()};
  const ListenUrl wildcard{ListenScheme::http, {IpAddress::any(AddressFamily::ipv4), listener.endpoint.port}};
  EXPECT_EQ(probe_port(listener), boost::system::errc::address_in_use);
  EXPECT_EQ(probe_port(wildcard), boost::system::errc::address_in_use);
  taken.reset();
  EXPECT_FALSE(probe_port(listener));
  EXPECT_FALSE(probe_port(listener));  // and probing has left nothing behind
}

TEST(DemoPortsProbe, AUdpPortIsTakenWhileSomebodyHasItAlsoIfTheyWouldShareIt) {
  net::UdpSocketOptions options;
  options.reuse_port = true;
  std::optional taken{*net::UdpSocket::open(kAnyPort, options)};
  const ListenUrl listener{ListenScheme::udp, taken->local_endpoint()};
  EXPECT_EQ(probe_port(listener), boost::system::errc::address_in_use);
  taken.reset();
  EXPECT_FALSE(probe_port(listener));
}

}  // namespace
}  // namespace turnpike::server
