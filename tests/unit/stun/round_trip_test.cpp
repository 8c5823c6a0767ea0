// Properties over seeded random input: what the builder writes the view reads, and no damage makes the view misbehave.

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"
#include "support/vectors.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;
using test::SeededRandom;

constexpr int kRounds = 500;

TransactionId random_id(SeededRandom& random) {
  TransactionId id{};
  random.fill(id);
  return id;
}

Endpoint random_endpoint(SeededRandom& random) {
  const auto port = static_cast<std::uint16_t>(random.below(0x10000));
  if (random.below(2) == 0) {
    IpAddress::V4Bytes bytes{};
    random.fill(bytes);
    return {IpAddress::v4(bytes), port};
  }
  IpAddress::V6Bytes bytes{};
  random.fill(bytes);
  return {IpAddress::v6(bytes), port};
}

ErrorCode random_error(SeededRandom& random) { return static_cast<ErrorCode>(300 + random.below(400)); }

AddressFamily random_family(SeededRandom& random) {
  return random.below(2) == 0 ? AddressFamily::ipv4 : AddressFamily::ipv6;
}

/// Builds a message with `add` and hands the value of `type` back, as the view finds it.
template <typename Add>
Bytes written_value(const TransactionId& id, AttributeType type, const Add& add) {
  Bytes buffer(2048);
  MessageBuilder builder{buffer, Method::allocate, MessageClass::success, id};
  add(builder);
  builder.add_fingerprint();
  const auto message = MessageView::parse(builder.finish());
  EXPECT_TRUE(message);
  EXPECT_EQ(message->transaction_id(), id);
  EXPECT_EQ(check_fingerprint(*message), IntegrityCheck::valid);
  const ByteSpan value = message->find(type)->value;
  return {value.begin(), value.end()};
}

TEST(RoundTrip, Addresses) {
  SeededRandom random{1};
  for (int round = 0; round < kRounds; ++round) {
    const TransactionId id = random_id(random);
    const Endpoint endpoint = random_endpoint(random);
    for (const AttributeType type : {AttributeType::xor_mapped_address, AttributeType::xor_relayed_address}) {
      EXPECT_EQ(read_xor_address(written_value(id, type, [&](auto& b) { b.add_xor_address(type, endpoint); }), id),
                endpoint);
    }
    for (const AttributeType type : {AttributeType::mapped_address, AttributeType::alternate_server}) {
      EXPECT_EQ(read_address(written_value(id, type, [&](auto& b) { b.add_address(type, endpoint); })), endpoint);
    }
  }
}

TEST(RoundTrip, Numbers) {
  SeededRandom random{2};
  for (int round = 0; round < kRounds; ++round) {
    const TransactionId id = random_id(random);
    const std::uint64_t number = random.next_u64();
    const auto small = static_cast<std::uint32_t>(number);
    const auto channel = static_cast<std::uint16_t>(number);
    const auto octet = static_cast<std::uint8_t>(number);
    const bool flag = (number & 1U) != 0;
    EXPECT_EQ(read_u32(written_value(id, AttributeType::lifetime,
                                     [&](auto& b) { b.add_u32(AttributeType::lifetime, small); })),
              small);
    EXPECT_EQ(read_u64(written_value(id, AttributeType::reservation_token,
                                     [&](auto& b) { b.add_u64(AttributeType::reservation_token, number); })),
              number);
    EXPECT_EQ(read_channel_number(
                  written_value(id, AttributeType::channel_number, [&](auto& b) { b.add_channel_number(channel); })),
              channel);
    EXPECT_EQ(read_requested_transport(written_value(id, AttributeType::requested_transport,
                                                     [&](auto& b) { b.add_requested_transport(octet); })),
              octet);
    EXPECT_EQ(read_even_port(written_value(id, AttributeType::even_port, [&](auto& b) { b.add_even_port(flag); })),
              flag);
  }
}

TEST(RoundTrip, ErrorsFamiliesAndIcmp) {
  SeededRandom random{3};
  for (int round = 0; round < kRounds; ++round) {
    const TransactionId id = random_id(random);
    const ErrorCode code = random_error(random);
    const AddressFamily family = random_family(random);
    const auto data = static_cast<std::uint32_t>(random.next_u64());
    EXPECT_EQ(read_error_code(written_value(id, AttributeType::error_code, [&](auto& b) { b.add_error_code(code); })),
              code);
    const auto address_error = read_address_error_code(
        written_value(id, AttributeType::address_error_code, [&](auto& b) { b.add_address_error_code(family, code); }));
    ASSERT_TRUE(address_error);
    EXPECT_EQ(address_error->family, family);
    EXPECT_EQ(address_error->code, code);
    const AttributeType wanted = AttributeType::requested_address_family;
    EXPECT_EQ(read_address_family(written_value(id, wanted, [&](auto& b) { b.add_address_family(wanted, family); })),
              family);
    const auto icmp = read_icmp(written_value(id, AttributeType::icmp, [&](auto& b) {
      b.add_icmp(static_cast<std::uint8_t>(data), static_cast<std::uint8_t>(data >> 8U), data);
    }));
    ASSERT_TRUE(icmp);
    EXPECT_EQ(icmp->type, data & 0xffU);
    EXPECT_EQ(icmp->code, data >> 8U & 0xffU);
    EXPECT_EQ(icmp->error_data, data);
  }
}

TEST(RoundTrip, BytesOfEveryLengthUnderEveryProtection) {
  SeededRandom random{4};
  for (std::size_t length = 0; length < 300; ++length) {
    const Bytes value = random.bytes(length);
    const Bytes key = random.bytes(1 + random.below(80));
    Bytes buffer(1024);
    MessageBuilder builder{buffer, Method::send, MessageClass::indication, random_id(random)};
    builder.add(AttributeType::data, value)
        .add_message_integrity(key)
        .add_message_integrity_sha256(key, 16 + 4 * random.below(5))
        .add_fingerprint();
    const auto message = MessageView::parse(builder.finish());
    ASSERT_TRUE(message);
    EXPECT_EQ(test::to_hex(message->find(AttributeType::data)->value), test::to_hex(value));
    EXPECT_EQ(check_message_integrity(*message, key), IntegrityCheck::valid);
    EXPECT_EQ(check_message_integrity_sha256(*message, key), IntegrityCheck::valid);
    EXPECT_EQ(check_fingerprint(*message), IntegrityCheck::valid);
  }
}

/// Walks and reads whatever can be read; every value must lie in the message.
void exercise(ByteSpan bytes) {
  const auto message = MessageView::parse(bytes);
  if (!message) return;
  std::size_t count = 0;
  for (const Attribute& attribute : *message) {
    ASSERT_LE(attribute.offset + kAttributeHeaderSize + attribute.value.size(), bytes.size());
    ASSERT_EQ(attribute.value.data(), bytes.data() + attribute.offset + kAttributeHeaderSize);
    static_cast<void>(read_xor_address(attribute.value, message->transaction_id()));
    static_cast<void>(read_error_code(attribute.value));
    static_cast<void>(message->find(attribute.type));
    ++count;
  }
  EXPECT_LE(count, kMaxAttributes);
  static_cast<void>(check_message_integrity(*message, bytes));
  static_cast<void>(check_message_integrity_sha256(*message, bytes));
  static_cast<void>(check_fingerprint(*message));
}

TEST(Damage, FlippedBitsNeverLeadOutOfTheMessage) {
  SeededRandom random{5};
  for (const char* name : {"rfc5769/sample-request.hex", "rfc5769/sample-ipv6-response.hex",
                           "rfc5769/sample-long-term-request.hex", "rfc8489/sample-request.hex"}) {
    const Bytes original = test::read_hex_vector(name);
    for (int round = 0; round < 4 * kRounds; ++round) {
      Bytes bytes = original;
      for (std::uint64_t flips = 1 + random.below(8); flips > 0; --flips) {
        const std::size_t bit = random.below(bytes.size() * 8);
        bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
      }
      exercise(bytes);
    }
  }
}

TEST(Damage, RandomAttributesBehindAGoodHeaderNeverLeadOutOfTheMessage) {
  SeededRandom random{6};
  for (int round = 0; round < 20 * kRounds; ++round) {
    Bytes bytes = random.bytes(kHeaderSize + 4 * random.below(40));
    for (std::size_t i = kHeaderSize; i + 4 <= bytes.size(); i += 4 * (1 + random.below(4))) {
      bytes[i + 2] = 0;
      bytes[i + 3] &= 0x1fU;
    }
    bytes[0] &= 0x3fU;
    store_be(std::span{bytes}.subspan<2, 2>(), static_cast<std::uint16_t>(bytes.size() - kHeaderSize));
    store_be(std::span{bytes}.subspan<4, 4>(), kMagicCookie);
    exercise(bytes);
  }
}

}  // namespace
}  // namespace turnpike::stun
