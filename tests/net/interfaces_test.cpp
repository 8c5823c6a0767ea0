#include "turnpike/net/interfaces.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace turnpike::net {
namespace {

TEST(InterfacesTest, ListsTheLoopbackAddress) {
  const auto addresses = list_interface_addresses();
  ASSERT_TRUE(addresses.has_value());
  const auto found = std::find_if(addresses->begin(), addresses->end(), [](const InterfaceAddress& entry) {
    return entry.address == IpAddress::v4(127, 0, 0, 1);
  });
  ASSERT_NE(found, addresses->end());
  EXPECT_EQ(found->interface, "lo");
  EXPECT_EQ(found->prefix_length, 8);
  EXPECT_TRUE(found->loopback);
  EXPECT_FALSE(found->broadcast.has_value());
}

TEST(InterfacesTest, ABroadcastAddressLiesInTheInterfacesSubnet) {
  const auto addresses = list_interface_addresses();
  ASSERT_TRUE(addresses.has_value());
  for (const InterfaceAddress& entry : *addresses) {
    if (!entry.broadcast) continue;
    EXPECT_TRUE(entry.address.is_v4());
    EXPECT_EQ(entry.broadcast->bytes()[0], entry.address.bytes()[0]);
  }
}

}  // namespace
}  // namespace turnpike::net
