#include "net/socket_address.hpp"

#include <gtest/gtest.h>

namespace turnpike::net {
namespace {

TEST(SocketAddressTest, AnIpv4EndpointComesBackUnchanged) {
  const Endpoint endpoint{IpAddress::v4(192, 0, 2, 1), 3478};
  SocketAddress address;
  EXPECT_EQ(write_socket_address(endpoint, address), sizeof(sockaddr_in));
  EXPECT_EQ(address.v4.sin_port, htons(3478));
  EXPECT_EQ(to_endpoint(address), endpoint);
}

TEST(SocketAddressTest, AnIpv6EndpointComesBackUnchanged) {
  IpAddress::V6Bytes bytes{0x20, 0x01, 0x0d, 0xb8};
  bytes[15] = 7;
  const Endpoint endpoint{IpAddress::v6(bytes), 65535};
  SocketAddress address;
  EXPECT_EQ(write_socket_address(endpoint, address), sizeof(sockaddr_in6));
  EXPECT_EQ(to_endpoint(address), endpoint);
}

TEST(SocketAddressTest, ANewAddressLeavesNothingOfThePreviousOne) {
  SocketAddress address;
  IpAddress::V6Bytes bytes;
  bytes.fill(0xff);
  write_socket_address({IpAddress::v6(bytes), 1}, address);
  address.v6.sin6_scope_id = 9;
  write_socket_address({IpAddress::any(AddressFamily::ipv6), 2}, address);
  EXPECT_EQ(address.v6.sin6_scope_id, 0U);
  EXPECT_EQ(to_endpoint(address), (Endpoint{IpAddress::any(AddressFamily::ipv6), 2}));
}

TEST(SocketAddressTest, OtherFamiliesHaveNoAddress) {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_EQ(parse_ip_address(&other), std::nullopt);
  EXPECT_EQ(parse_ip_address(nullptr), std::nullopt);
}

}  // namespace
}  // namespace turnpike::net
