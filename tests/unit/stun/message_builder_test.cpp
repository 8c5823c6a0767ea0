#include "turnpike/stun/message_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/hex.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;
using test::to_hex;

constexpr TransactionId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const std::string kHeaderRest = "2112a4420102030405060708090a0b0c";

/// What `add` appends to a Binding request, in hexadecimal, header included.
template <typename Add>
std::string attribute_written_by(const Add& add) {
  // Not zero, so that padding which is not written shows.
  Bytes buffer(512, 0xee);
  MessageBuilder builder{buffer, Method::binding, MessageClass::request, kId};
  add(builder);
  return to_hex(builder.finish().subspan(kHeaderSize));
}

TEST(MessageBuilder, ABindingSuccessOverIpv4Is32Bytes) {
  std::array<std::uint8_t, 32> buffer{};
  MessageBuilder builder{buffer, Method::binding, MessageClass::success, kId};
  builder.add_xor_address(AttributeType::xor_mapped_address, *Endpoint::parse("192.0.2.1:32853"));
  EXPECT_EQ(to_hex(builder.finish()), "0101000c" + kHeaderRest + "002000080001a147e112a643");
}

TEST(MessageBuilder, TheLengthFieldIsRightAfterEveryCall) {
  std::array<std::uint8_t, 512> buffer{};
  MessageBuilder builder{buffer, Method::allocate, MessageClass::request, kId};
  const auto expect_whole = [&] { EXPECT_TRUE(MessageView::parse(builder.finish())); };
  expect_whole();
  builder.add_text(AttributeType::username, "abc");
  expect_whole();
  builder.add_u32(AttributeType::lifetime, 600);
  expect_whole();
  builder.add_message_integrity(as_bytes("key"));
  expect_whole();
  builder.add_message_integrity_sha256(as_bytes("key"), 16);
  expect_whole();
  builder.add_fingerprint();
  expect_whole();
}

TEST(MessageBuilder, WritesEachAttributeInItsWireForm) {
  const Endpoint v4 = *Endpoint::parse("192.0.2.1:3478");
  EXPECT_EQ(attribute_written_by([&](auto& b) { b.add_address(AttributeType::alternate_server, v4); }),
            "8023000800010d96c0000201");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_u32(AttributeType::lifetime, 600); }), "000d000400000258");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_u64(AttributeType::reservation_token, 0x0102030405060708); }),
            "002200080102030405060708");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_channel_number(0x4001); }), "000c000440010000");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_requested_transport(17); }), "0019000411000000");
  EXPECT_EQ(attribute_written_by(
                [](auto& b) { b.add_address_family(AttributeType::additional_address_family, AddressFamily::ipv6); }),
            "8000000402000000");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_icmp(3, 4, 1500); }), "8004000800000304000005dc");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add(AttributeType::dont_fragment, {}); }), "001a0000");
}

TEST(MessageBuilder, ErrorsCarryNoReasonPhrase) {
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_error_code(ErrorCode::stale_nonce); }), "0009000400000426");
  EXPECT_EQ(attribute_written_by([](auto& b) {
              b.add_address_error_code(AddressFamily::ipv6, ErrorCode::address_family_not_supported);
            }),
            "8001000402000428");
}

TEST(MessageBuilder, PaddingIsZero) {
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_text(AttributeType::software, "a"); }), "8022000161000000");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_text(AttributeType::software, "ab"); }), "8022000261620000");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_text(AttributeType::software, "abc"); }), "8022000361626300");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_even_port(true); }), "0018000180000000");
  EXPECT_EQ(attribute_written_by([](auto& b) { b.add_even_port(false); }), "0018000100000000");
}

TEST(MessageBuilder, UnknownAttributesAreAListOfTypes) {
  UnknownAttributes unknown;
  unknown.types = {static_cast<AttributeType>(0x7ffe), static_cast<AttributeType>(0x0002),
                   static_cast<AttributeType>(0x1234)};
  unknown.count = 3;
  EXPECT_EQ(attribute_written_by([&](auto& b) { b.add_unknown_attributes(unknown); }), "000a00067ffe000212340000");
}

TEST(MessageBuilder, EqualBuildsAreEqualBytes) {
  const auto build = [](MutableByteSpan buffer) {
    MessageBuilder builder{buffer, Method::allocate, MessageClass::request, kId};
    builder.add_text(AttributeType::username, "x")
        .add_even_port(true)
        .add_message_integrity(as_bytes("key"))
        .add_fingerprint();
    return to_hex(builder.finish());
  };
  Bytes zeros(256, 0);
  Bytes ones(256, 0xff);
  EXPECT_EQ(build(zeros), build(ones));
}

/// Everything the builder can write, one after the other.
void add_one_of_each(MessageBuilder& builder) {
  UnknownAttributes unknown;
  unknown.count = 1;
  builder.add_text(AttributeType::username, "someone")
      .add_u32(AttributeType::lifetime, 1)
      .add_u64(AttributeType::reservation_token, 2)
      .add_xor_address(AttributeType::xor_peer_address, *Endpoint::parse("[2001:db8::1]:1"))
      .add_address(AttributeType::mapped_address, *Endpoint::parse("192.0.2.1:1"))
      .add_error_code(ErrorCode::forbidden)
      .add_address_error_code(AddressFamily::ipv4, ErrorCode::insufficient_capacity)
      .add_unknown_attributes(unknown)
      .add_channel_number(0x4000)
      .add_requested_transport(17)
      .add_address_family(AttributeType::requested_address_family, AddressFamily::ipv4)
      .add_even_port(true)
      .add_icmp(3, 1, 0)
      .add_message_integrity(as_bytes("key"))
      .add_message_integrity_sha256(as_bytes("key"))
      .add_fingerprint();
}

TEST(MessageBuilder, ABufferTooSmallGivesNothingAndIsNeverOverrun) {
  Bytes large(1024);
  MessageBuilder whole{large, Method::binding, MessageClass::success, kId};
  add_one_of_each(whole);
  const std::size_t needed = whole.finish().size();
  ASSERT_GT(needed, 200U);
  for (std::size_t size = 0; size <= needed; ++size) {
    Bytes guarded(needed + 64, 0xee);
    MessageBuilder builder{MutableByteSpan{guarded}.first(size), Method::binding, MessageClass::success, kId};
    add_one_of_each(builder);
    EXPECT_EQ(builder.finish().size(), size == needed ? needed : 0);
    EXPECT_TRUE(std::all_of(guarded.begin() + static_cast<std::ptrdiff_t>(size), guarded.end(), [](std::uint8_t byte) {
      return byte == 0xee;
    })) << size;
  }
}

TEST(MessageBuilder, FailureIsFinal) {
  std::array<std::uint8_t, 28> buffer{};
  MessageBuilder builder{buffer, Method::binding, MessageClass::success, kId};
  builder.add_text(AttributeType::software, "far too long");
  builder.add_u32(AttributeType::lifetime, 1);
  EXPECT_TRUE(builder.finish().empty());
}

TEST(MessageBuilder, WhatTheLengthFieldCannotSayIsNotWritten) {
  Bytes buffer(200000);
  const Bytes value(65528);
  MessageBuilder fits{buffer, Method::send, MessageClass::indication, kId};
  fits.add(AttributeType::data, value);
  EXPECT_EQ(fits.finish().size(), 65552U);
  fits.add(AttributeType::dont_fragment, {});
  EXPECT_TRUE(fits.finish().empty());
  MessageBuilder too_long{buffer, Method::send, MessageClass::indication, kId};
  too_long.add(AttributeType::data, Bytes(65536));
  EXPECT_TRUE(too_long.finish().empty());
}

TEST(MessageBuilderDeathTest, ATruncationThatTheRfcForbidsIsABug) {
  std::array<std::uint8_t, 128> buffer{};
  MessageBuilder builder{buffer, Method::binding, MessageClass::success, kId};
  EXPECT_DEATH(builder.add_message_integrity_sha256(as_bytes("key"), 12), "broken invariant");
}

}  // namespace
}  // namespace turnpike::stun
