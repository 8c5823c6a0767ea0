#include "turnpike/base/endpoint.hpp"

#include <gtest/gtest.h>

namespace turnpike {
namespace {

TEST(Endpoint, TextComesBack) {
  for (const char* text : {"192.0.2.1:3478", "0.0.0.0:0", "255.255.255.255:65535", "[2001:db8::1]:3478", "[::]:0"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_string(), text);
  }
}

TEST(Endpoint, PartsAreWhereTheyBelong) {
  const auto endpoint = Endpoint::parse("[2001:db8::7]:5349");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->address, IpAddress::parse("2001:db8::7"));
  EXPECT_EQ(endpoint->port, 5349);
}

TEST(Endpoint, GarbageIsRefused) {
  for (const char* text : {"",
                           ":",
                           "192.0.2.1",
                           "192.0.2.1:",
                           ":3478",
                           "192.0.2.1:65536",
                           "192.0.2.1:-1",
                           "192.0.2.1:+1",
                           "192.0.2.1: 1",
                           "192.0.2.1:1 ",
                           "192.0.2.1:0x1",
                           "192.0.2.1:01",
                           "[192.0.2.1]:3478",
                           "::1:3478",
                           "2001:db8::1:3478",
                           "[::1]",
                           "[::1]3478",
                           "[::1:3478",
                           "::1]:3478",
                           "[]:3478",
                           "[[::1]]:3478",
                           "localhost:3478",
                           "192.0.2.1:99999999999"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Endpoint, DiffersByAddressAndByPort) {
  const Endpoint endpoint{IpAddress::v4(192, 0, 2, 1), 1};
  EXPECT_NE(endpoint, (Endpoint{IpAddress::v4(192, 0, 2, 1), 2}));
  EXPECT_NE(endpoint, (Endpoint{IpAddress::v4(192, 0, 2, 2), 1}));
  EXPECT_LT(endpoint, (Endpoint{IpAddress::v4(192, 0, 2, 1), 2}));
}

}  // namespace
}  // namespace turnpike
