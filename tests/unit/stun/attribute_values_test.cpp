#include "turnpike/stun/attribute_values.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;
using test::from_hex;

constexpr TransactionId kId{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

TEST(ReadAddress, ReadsBothFamilies) {
  EXPECT_EQ(read_address(from_hex("0001 0d96 c0000201")), Endpoint::parse("192.0.2.1:3478"));
  EXPECT_EQ(read_address(from_hex("0002 0d96 20010db8000000000000000000000001")),
            Endpoint::parse("[2001:db8::1]:3478"));
}

TEST(ReadAddress, IgnoresTheFirstByte) {
  EXPECT_EQ(read_address(from_hex("ff01 0d96 c0000201")), Endpoint::parse("192.0.2.1:3478"));
}

TEST(ReadAddress, RefusesOtherFamiliesAndSizes) {
  for (const char* hex :
       {"", "00", "0001", "00010d", "00010d96", "00010d96c00002", "00010d96c000020100", "00020d96c0000201",
        "00010d9620010db8000000000000000000000001", "00000d96c0000201", "00030d96c0000201",
        "00020d9620010db80000000000000000000000", "00020d9620010db800000000000000000000000100"}) {
    EXPECT_FALSE(read_address(from_hex(hex))) << hex;
    EXPECT_FALSE(read_xor_address(from_hex(hex), kId)) << hex;
  }
}

TEST(ReadXorAddress, TheTransactionIdMasksIpv6Only) {
  const TransactionId other{};
  const Bytes v4 = from_hex("0001 a147 e112a643");
  EXPECT_EQ(read_xor_address(v4, kId), Endpoint::parse("192.0.2.1:32853"));
  EXPECT_EQ(read_xor_address(v4, other), Endpoint::parse("192.0.2.1:32853"));
  const Bytes v6 = from_hex("0002 a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9");
  EXPECT_EQ(read_xor_address(v6, kId), Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  EXPECT_NE(read_xor_address(v6, other), Endpoint::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
}

TEST(ReadNumbers, TakeTheirExactSizeOnly) {
  EXPECT_EQ(read_u32(from_hex("01020304")), 0x01020304U);
  EXPECT_EQ(read_u64(from_hex("0102030405060708")), 0x0102030405060708U);
  for (std::size_t size = 0; size < 12; ++size) {
    const Bytes value(size);
    EXPECT_EQ(read_u32(value).has_value(), size == 4);
    EXPECT_EQ(read_u64(value).has_value(), size == 8);
    EXPECT_EQ(read_channel_number(value).has_value(), size == 4);
    EXPECT_EQ(read_requested_transport(value).has_value(), size == 4);
    EXPECT_EQ(read_family_octet(value).has_value(), size == 4);
    EXPECT_EQ(read_even_port(value).has_value(), size == 1);
    EXPECT_EQ(read_icmp(value).has_value(), size == 8);
  }
}

TEST(ReadChannelNumber, IgnoresTheReservedHalfAndLeavesTheRangeToTheHandler) {
  EXPECT_EQ(read_channel_number(from_hex("4001ffff")), 0x4001);
  EXPECT_EQ(read_channel_number(from_hex("ffff0000")), 0xffff);
}

TEST(ReadRequestedTransport, IgnoresReservedBytes) { EXPECT_EQ(read_requested_transport(from_hex("11ffffff")), 17); }

TEST(ReadAddressFamily, KnowsTwoFamiliesAndTellsTheOthersFromNonsense) {
  EXPECT_EQ(read_address_family(from_hex("01000000")), AddressFamily::ipv4);
  EXPECT_EQ(read_address_family(from_hex("02ffffff")), AddressFamily::ipv6);
  EXPECT_FALSE(read_address_family(from_hex("03000000")));
  EXPECT_EQ(read_family_octet(from_hex("03000000")), 3);
  EXPECT_FALSE(read_address_family(from_hex("01")));
}

TEST(ReadEvenPort, OnlyTheTopBitCounts) {
  EXPECT_EQ(read_even_port(from_hex("80")), true);
  EXPECT_EQ(read_even_port(from_hex("ff")), true);
  EXPECT_EQ(read_even_port(from_hex("7f")), false);
  EXPECT_EQ(read_even_port(from_hex("00")), false);
}

TEST(ReadErrorCode, ReadsClassAndNumberAndIgnoresReservedBitsAndPhrase) {
  EXPECT_EQ(read_error_code(from_hex("00000401")), ErrorCode::unauthenticated);
  EXPECT_EQ(read_error_code(from_hex("ffff fc26 5374616c65")), ErrorCode::stale_nonce);
  EXPECT_EQ(read_error_code(from_hex("00000300")), ErrorCode::try_alternate);
  EXPECT_EQ(read_error_code(from_hex("00000663")), static_cast<ErrorCode>(699));
}

TEST(ReadErrorCode, RefusesOtherClassesNumbersAndSizes) {
  for (const char* hex : {"", "000004", "00000000", "00000201", "00000701", "00000464", "000004ff"}) {
    EXPECT_FALSE(read_error_code(from_hex(hex))) << hex;
  }
}

TEST(ReadAddressErrorCode, ReadsFamilyAndCode) {
  const auto value = read_address_error_code(from_hex("02000428 abcd"));
  ASSERT_TRUE(value);
  EXPECT_EQ(value->family, AddressFamily::ipv6);
  EXPECT_EQ(value->code, ErrorCode::address_family_not_supported);
  EXPECT_FALSE(read_address_error_code(from_hex("03000428")));
  EXPECT_FALSE(read_address_error_code(from_hex("02000128")));
  EXPECT_FALSE(read_address_error_code(from_hex("020004")));
}

TEST(ReadIcmp, ReadsTypeCodeAndNextHopMtu) {
  const auto icmp = read_icmp(from_hex("ffff 03 04 000005dc"));
  ASSERT_TRUE(icmp);
  EXPECT_EQ(icmp->type, 3);
  EXPECT_EQ(icmp->code, 4);
  EXPECT_EQ(icmp->error_data, 1500U);
}

}  // namespace
}  // namespace turnpike::stun
