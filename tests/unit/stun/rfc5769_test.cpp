// RFC 5769: every test vector, every attribute of it.

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/vectors.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;

constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
constexpr TransactionId kTransactionId{0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

struct Expected {
  AttributeType type;
  std::string value;  // in hexadecimal
};

void expect_attributes(const MessageView& message, const std::vector<Expected>& expected) {
  std::size_t index = 0;
  for (const Attribute& attribute : message) {
    ASSERT_LT(index, expected.size());
    EXPECT_EQ(attribute.type, expected[index].type) << index;
    EXPECT_EQ(test::to_hex(attribute.value), expected[index].value) << name_of(attribute.type);
    ++index;
  }
  EXPECT_EQ(index, expected.size());
}

std::string hex_of(std::string_view text) { return test::to_hex(as_bytes(text)); }

TEST(Rfc5769, SampleRequest) {
  const Bytes bytes = test::read_hex_vector("rfc5769/sample-request.hex");
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), Method::binding);
  EXPECT_EQ(message->message_class(), MessageClass::request);
  EXPECT_EQ(message->transaction_id(), kTransactionId);
  expect_attributes(*message, {{AttributeType::software, hex_of("STUN test client")},
                               {AttributeType::priority, "6e0001ff"},
                               {AttributeType::ice_controlled, "932ff9b151263b36"},
                               {AttributeType::username, hex_of("evtj:h6vY")},
                               {AttributeType::message_integrity, "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"},
                               {AttributeType::fingerprint, "e57a3bcf"}});
  EXPECT_EQ(read_u32(message->find(AttributeType::priority)->value), 0x6e0001ffU);
  EXPECT_EQ(read_u64(message->find(AttributeType::ice_controlled)->value), 0x932ff9b151263b36U);
  EXPECT_EQ(check_message_integrity(*message, as_bytes(kPassword)), IntegrityCheck::valid);
  EXPECT_EQ(check_message_integrity_sha256(*message, as_bytes(kPassword)), IntegrityCheck::absent);
  EXPECT_EQ(check_fingerprint(*message), IntegrityCheck::valid);
}

void expect_response(const std::string& vector, const char* mapped_address, const std::string& integrity,
                     const std::string& fingerprint, const std::string& masked_address) {
  const Bytes bytes = test::read_hex_vector(vector);
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), Method::binding);
  EXPECT_EQ(message->message_class(), MessageClass::success);
  EXPECT_EQ(message->transaction_id(), kTransactionId);
  expect_attributes(*message, {{AttributeType::software, hex_of("test vector")},
                               {AttributeType::xor_mapped_address, masked_address},
                               {AttributeType::message_integrity, integrity},
                               {AttributeType::fingerprint, fingerprint}});
  const auto mapped = message->find(AttributeType::xor_mapped_address);
  EXPECT_EQ(read_xor_address(mapped->value, message->transaction_id()), Endpoint::parse(mapped_address));
  EXPECT_EQ(check_message_integrity(*message, as_bytes(kPassword)), IntegrityCheck::valid);
  EXPECT_EQ(check_fingerprint(*message), IntegrityCheck::valid);
}

TEST(Rfc5769, SampleIpv4Response) {
  expect_response("rfc5769/sample-ipv4-response.hex", "192.0.2.1:32853", "2b91f599fd9e90c38c7489f92af9ba53f06be7d7",
                  "c07d4c96", "0001a147e112a643");
}

TEST(Rfc5769, SampleIpv6Response) {
  expect_response("rfc5769/sample-ipv6-response.hex", "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
                  "a382954e4be67bf11784c97c8292c275bfe3ed41", "c8fb0b4c", "0002a1470113a9faa5d3f179bc25f4b5bed2b9d9");
}

constexpr std::string_view kLongTermUser = "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9";
constexpr std::string_view kLongTermNonce = "f//499k954d6OL34oL9FSTvy64sA";
constexpr std::string_view kLongTermRealm = "example.org";

LongTermKey long_term_key() {
  return derive_long_term_key(PasswordAlgorithm::md5, kLongTermUser, kLongTermRealm, "TheMatrIX");
}

TEST(Rfc5769, SampleRequestWithLongTermAuthentication) {
  const Bytes bytes = test::read_hex_vector("rfc5769/sample-long-term-request.hex");
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), Method::binding);
  EXPECT_EQ(message->message_class(), MessageClass::request);
  expect_attributes(*message, {{AttributeType::username, hex_of(kLongTermUser)},
                               {AttributeType::nonce, hex_of(kLongTermNonce)},
                               {AttributeType::realm, hex_of(kLongTermRealm)},
                               {AttributeType::message_integrity, "f67024656dd64a3e02b8e0712e85c9a28ca89666"}});
  EXPECT_EQ(check_message_integrity(*message, long_term_key().bytes()), IntegrityCheck::valid);
  EXPECT_EQ(check_message_integrity(*message, as_bytes("TheMatrIX")), IntegrityCheck::invalid);
  EXPECT_EQ(check_fingerprint(*message), IntegrityCheck::absent);
}

TEST(Rfc5769, TheBuilderWritesTheLongTermRequestByteForByte) {
  // The only vector whose padding is zero, as ours always is.
  const Bytes expected = test::read_hex_vector("rfc5769/sample-long-term-request.hex");
  constexpr TransactionId kId{0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e};
  std::array<std::uint8_t, 256> buffer{};
  MessageBuilder builder{buffer, Method::binding, MessageClass::request, kId};
  builder.add_text(AttributeType::username, kLongTermUser)
      .add_text(AttributeType::nonce, kLongTermNonce)
      .add_text(AttributeType::realm, kLongTermRealm)
      .add_message_integrity(long_term_key().bytes());
  EXPECT_EQ(test::to_hex(builder.finish()), test::to_hex(expected));
}

TEST(Rfc5769, EverySingleBitFlipBreaksFingerprintOrParsing) {
  const Bytes original = test::read_hex_vector("rfc5769/sample-request.hex");
  for (std::size_t bit = 0; bit < original.size() * 8; ++bit) {
    Bytes bytes = original;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    const auto message = MessageView::parse(bytes);
    if (message) {
      EXPECT_NE(check_fingerprint(*message), IntegrityCheck::valid) << bit;
    }
  }
}

}  // namespace
}  // namespace turnpike::stun
