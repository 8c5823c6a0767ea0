#include "turnpike/base/ip_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace turnpike {
namespace {

struct Spelling {
  const char* written;
  const char* canonical;
};

class IpAddressText : public testing::TestWithParam<Spelling> {};

TEST_P(IpAddressText, IsReadAndWrittenInItsCanonicalForm) {
  const auto address = IpAddress::parse(GetParam().written);
  ASSERT_TRUE(address) << GetParam().written;
  EXPECT_EQ(address->to_string(), GetParam().canonical);
  EXPECT_EQ(IpAddress::parse(address->to_string()), address);
}

INSTANTIATE_TEST_SUITE_P(V4, IpAddressText,
                         testing::Values(Spelling{"0.0.0.0", "0.0.0.0"}, Spelling{"192.0.2.1", "192.0.2.1"},
                                         Spelling{"255.255.255.255", "255.255.255.255"}));

// The examples of RFC 5952 sections 4 and 5, and the ends of the range.
INSTANTIATE_TEST_SUITE_P(
    V6, IpAddressText,
    testing::Values(
        Spelling{"2001:0db8::0001", "2001:db8::1"}, Spelling{"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
        Spelling{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        Spelling{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, Spelling{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
        Spelling{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"}, Spelling{"2001:DB8::AbCd", "2001:db8::abcd"},
        Spelling{"::", "::"}, Spelling{"::1", "::1"}, Spelling{"1::", "1::"}, Spelling{"0:0:0:0:0:0:0:0", "::"},
        Spelling{"1:0:0:0:0:0:0:0", "1::"}, Spelling{"0:1:0:0:0:0:0:0", "0:1::"}, Spelling{"0:0:0:0:0:0:1:0", "::1:0"},
        Spelling{"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"}, Spelling{"0:2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
        Spelling{"::ffff:c000:201", "::ffff:192.0.2.1"}, Spelling{"::ffff:0.0.0.0", "::ffff:0.0.0.0"},
        Spelling{"::192.0.2.1", "::c000:201"}, Spelling{"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        Spelling{"fe80::1", "fe80::1"},
        Spelling{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}));

class NoIpAddress : public testing::TestWithParam<std::string_view> {};

TEST_P(NoIpAddress, IsRefused) { EXPECT_FALSE(IpAddress::parse(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Garbage, NoIpAddress,
                         testing::Values("", " ", ".", ":", ":::", "1", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5",
                                         "256.0.0.1", "1.2.3.-4", "01.2.3.4", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4",
                                         "1.2.3.4/8", "1.2.3.4:80", "[::1]", "::1%eth0", "fe80::1%1", "1::2::3",
                                         "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "::g",
                                         "::1.2.3", "::1.2.3.256", "1.2.3.4::", "localhost",
                                         std::string_view{"1.2.3.4\0", 8}, std::string_view{"::1\0::", 6},
                                         "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
                                         "00000000000000000000000000000000000000000000000000000000001.2.3.4"));

TEST(IpAddress, TextOfRandomAddressesComesBackAndAgreesWithTheSystem) {
  test::SeededRandom random{5952};
  for (int round = 0; round < 5000; ++round) {
    IpAddress::V6Bytes bytes{};
    random.fill(bytes);
    // Zero groups are what the text form is about.
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
      if (random.below(2) == 0) bytes[i] = bytes[i + 1] = 0;
    }
    const IpAddress address = IpAddress::v6(bytes);
    EXPECT_EQ(IpAddress::parse(address.to_string()), address);
    std::array<char, INET6_ADDRSTRLEN> expected{};
    ASSERT_NE(inet_ntop(AF_INET6, bytes.data(), expected.data(), expected.size()), nullptr);
    if (std::string_view{expected.data()}.find('.') == std::string_view::npos) {
      EXPECT_EQ(address.to_string(), expected.data());
    }
  }
}

TEST(IpAddress, RandomTextNeverConfusesTheParser) {
  test::SeededRandom random{4291};
  constexpr std::string_view kAlphabet = "0123456789abcdefF:.%/[] ";
  for (int round = 0; round < 20000; ++round) {
    std::string text(random.below(50), '0');
    for (char& character : text) character = kAlphabet[random.below(kAlphabet.size())];
    const auto address = IpAddress::parse(text);
    if (address) {
      EXPECT_EQ(IpAddress::parse(address->to_string()), address) << text;
    }
  }
}

TEST(IpAddress, KnowsItsFamilyAndBytes) {
  const IpAddress v4 = IpAddress::v4(192, 0, 2, 1);
  EXPECT_TRUE(v4.is_v4());
  EXPECT_EQ(v4.bytes().size(), 4U);
  EXPECT_EQ(v4.bit_length(), 32U);
  const IpAddress v6 = IpAddress::v6({0x20, 0x01});
  EXPECT_TRUE(v6.is_v6());
  EXPECT_EQ(v6.bytes().size(), 16U);
  EXPECT_EQ(v6.bit_length(), 128U);
}

TEST(IpAddress, UnspecifiedIsAllZeroInEitherFamily) {
  EXPECT_TRUE(IpAddress{}.is_unspecified());
  EXPECT_TRUE(IpAddress::any(AddressFamily::ipv6).is_unspecified());
  EXPECT_FALSE(IpAddress::v4(0, 0, 0, 1).is_unspecified());
  EXPECT_NE(IpAddress::any(AddressFamily::ipv4), IpAddress::any(AddressFamily::ipv6));
}

TEST(IpAddressTest, OnlyAMappedAddressIsUnmapped) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.7")->unmapped(), IpAddress::v4(192, 0, 2, 7));
  for (const char* other : {"::192.0.2.7", "::1", "64:ff9b::192.0.2.7", "2001:db8::ffff:c000:207", "192.0.2.7"}) {
    EXPECT_EQ(IpAddress::parse(other)->unmapped(), *IpAddress::parse(other)) << other;
  }
}

}  // namespace
}  // namespace turnpike
