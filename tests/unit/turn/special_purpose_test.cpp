#include "turn/special_purpose.hpp"

#include <gtest/gtest.h>

#include "support/core_settings.hpp"
#include "support/ip_blocks.hpp"

namespace turnpike::turn {
namespace {

using test::address;

TEST(SpecialPurposeTest, EveryRegisteredBlockIsFoundWithinOneAtMostAsLong) {
  for (const char* vector : {"iana-ipv4-special.csv", "iana-ipv6-special.csv"}) {
    for (const IpPrefix& block : test::read_special_purpose_blocks(vector)) {
      const auto length = find_special_purpose(test::first_of(block));
      ASSERT_TRUE(length.has_value()) << block.to_string();
    }
  }
}

TEST(SpecialPurposeTest, TheLongestBlockCounts) {
  EXPECT_EQ(find_special_purpose(address("255.255.255.255")), 32);
  EXPECT_EQ(find_special_purpose(address("255.255.255.254")), 4);
  EXPECT_EQ(find_special_purpose(address("2001::1")), 32);
  EXPECT_EQ(find_special_purpose(address("2001:100::1")), 23);
}

TEST(SpecialPurposeTest, OrdinaryUnicastIsNotSpecial) {
  EXPECT_EQ(find_special_purpose(address("8.8.8.8")), std::nullopt);
  EXPECT_EQ(find_special_purpose(address("2606:4700::1111")), std::nullopt);
}

}  // namespace
}  // namespace turnpike::turn
