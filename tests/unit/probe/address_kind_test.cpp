#include "probe/address_kind.hpp"

#include <gtest/gtest.h>

namespace turnpike::probe {
namespace {

Reason look(const char* server, const char* relayed) {
  return look_at_relayed(*IpAddress::parse(server), *IpAddress::parse(relayed));
}

TEST(AddressKindTest, APublicServerMustNotGiveOutAnInternalAddress) {
  for (const char* relayed : {"10.0.0.5", "172.17.0.2", "192.168.1.2", "100.64.0.1", "169.254.1.1", "127.0.0.1"}) {
    EXPECT_EQ(look("203.0.113.1", relayed), Reason::address_private) << relayed;
  }
  EXPECT_EQ(look("2600::1", "fd00::1"), Reason::address_private);
  EXPECT_EQ(look("203.0.113.1", "0.0.0.0"), Reason::address_unspecified);
}

TEST(AddressKindTest, APublicAddressIsFineWhateverItIs) {
  EXPECT_EQ(look("203.0.113.1", "203.0.113.1"), Reason::none);
  EXPECT_EQ(look("203.0.113.1", "198.51.100.7"), Reason::none);
  EXPECT_EQ(look("192.168.1.1", "203.0.113.1"), Reason::none);
}

TEST(AddressKindTest, InsideOfAPrivateNetworkAPrivateAddressIsWhatIsNeeded) {
  EXPECT_EQ(look("192.168.1.1", "192.168.1.1"), Reason::none);
  EXPECT_EQ(look("127.0.0.1", "127.0.0.1"), Reason::none);
  EXPECT_EQ(look("192.168.1.1", "127.0.0.1"), Reason::address_private);
  EXPECT_EQ(look("fd00::1", "::1"), Reason::address_private);
}

}  // namespace
}  // namespace turnpike::probe
