#include "coturn/address_range.hpp"

#include <gtest/gtest.h>

#include <bitset>

#include "support/seeded_random.hpp"

namespace turnpike::coturn {
namespace {

/// The brute force: addresses of one /24 are numbered 0 to 255, at the end of the family's addresses or in the middle.
using Members = std::bitset<256>;

IpAddress nth(bool is_v6, std::uint64_t number) {
  const auto last = static_cast<std::uint8_t>(number);
  if (!is_v6) return IpAddress::v4(255, 255, 255, last);
  return IpAddress::v6(
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, last});
}

AddressRange random_range(Random& random, bool is_v6) {
  const std::uint64_t a = random.below(256);
  const std::uint64_t b = random.below(256);
  return {nth(is_v6, std::min(a, b)), nth(is_v6, std::max(a, b))};
}

std::vector<AddressRange> random_ranges(Random& random, bool is_v6) {
  std::vector<AddressRange> ranges(random.below(6));
  for (AddressRange& range : ranges) range = random_range(random, is_v6);
  return ranges;
}

Members members_of(const std::vector<AddressRange>& ranges, bool is_v6) {
  Members members;
  for (std::uint64_t i = 0; i < 256; ++i) {
    for (const AddressRange& range : ranges) {
      if (range.first <= nth(is_v6, i) && nth(is_v6, i) <= range.last) members.set(i);
    }
  }
  return members;
}

TEST(AddressRange, BlocksHoldEveryAddressOfTheRangeAndNoOther) {
  test::SeededRandom random(417);
  for (int round = 0; round < 400; ++round) {
    const bool is_v6 = round % 2 == 1;
    const AddressRange range = random_range(random, is_v6);
    const auto blocks = prefixes_of(range);
    Members covered;
    for (std::uint64_t i = 0; i < 256; ++i) {
      int count = 0;
      for (const IpPrefix& block : blocks) count += block.contains(nth(is_v6, i)) ? 1 : 0;
      ASSERT_LE(count, 1);
      covered.set(i, count == 1);
    }
    ASSERT_EQ(covered, members_of({range}, is_v6));
    for (const IpPrefix& block : blocks) ASSERT_EQ(IpPrefix::parse(block.to_string()), block);
  }
}

TEST(AddressRange, NoTwoNeighbouringBlocksCouldBeOne) {
  test::SeededRandom random(418);
  for (int round = 0; round < 200; ++round) {
    const auto blocks = prefixes_of(random_range(random, false));
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      if (blocks[i - 1].length != blocks[i].length) continue;
      const IpPrefix both{blocks[i - 1].address, static_cast<std::uint8_t>(blocks[i].length - 1)};
      EXPECT_FALSE(IpPrefix::parse(both.to_string()) && both.contains(blocks[i].address)) << both.to_string();
    }
  }
}

TEST(AddressRange, SubtractingAgreesWithCountingAddressByAddress) {
  test::SeededRandom random(419);
  for (int round = 0; round < 400; ++round) {
    const bool is_v6 = round % 2 == 1;
    const auto from = random_ranges(random, is_v6);
    const auto without = random_ranges(random, is_v6);
    ASSERT_EQ(members_of(subtract(from, without), is_v6), members_of(from, is_v6) & ~members_of(without, is_v6));
    ASSERT_EQ(members_of(merge(from), is_v6), members_of(from, is_v6));
  }
}

TEST(AddressRange, FamiliesAreKeptApart) {
  const AddressRange v4{IpAddress::v4(0, 0, 0, 0), IpAddress::v4(255, 255, 255, 255)};
  const AddressRange v6 = range_of(*IpPrefix::parse("::/0"));
  EXPECT_EQ(merge({v6, v4}).size(), 2U);
  EXPECT_EQ(subtract({v4, v6}, {v6}), std::vector{v4});
  EXPECT_EQ(prefixes_of(v6), std::vector{*IpPrefix::parse("::/0")});
}

TEST(AddressRange, ReadsWhatCoturnReadsAndBlocks) {
  EXPECT_EQ(parse_range("10.0.0.1")->last, IpAddress::v4(10, 0, 0, 1));
  EXPECT_EQ(parse_range("10.0.0.1-10.0.0.9")->last, IpAddress::v4(10, 0, 0, 9));
  EXPECT_EQ(parse_range("10.1.2.3/8")->first, IpAddress::v4(10, 0, 0, 0));
  EXPECT_EQ(parse_range("2001:db8::-2001:db8::ffff")->last, IpAddress::parse("2001:db8::ffff"));
  for (const char* text :
       {"", "-", "10.0.0.9-10.0.0.1", "10.0.0.1-::1", "10.0.0.0/33", "10.0.0.0/", "example.org", "10.0.0.1-"}) {
    EXPECT_FALSE(parse_range(text)) << text;
  }
}

}  // namespace
}  // namespace turnpike::coturn
