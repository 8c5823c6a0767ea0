// RFC 8489 appendix B.1, as printed and as corrected by erratum 6268.

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/vectors.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;

constexpr std::string_view kUser = "\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9";
constexpr std::string_view kRealm = "example.org";
constexpr std::string_view kNonce = "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA";
constexpr std::array<std::uint8_t, 4> kSha256WithoutParameters{0x00, 0x02, 0x00, 0x00};

LongTermKey key() { return derive_long_term_key(PasswordAlgorithm::sha256, kUser, kRealm, "TheMatrIX"); }

TEST(Rfc8489Vector, CorrectedRequestVerifies) {
  const Bytes bytes = test::read_hex_vector("rfc8489/sample-request.hex");
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(as_text(message->find(AttributeType::nonce)->value), kNonce);
  EXPECT_EQ(as_text(message->find(AttributeType::realm)->value), kRealm);
  EXPECT_TRUE(constant_time_equal(message->find(AttributeType::userhash)->value, derive_userhash(kUser, kRealm)));
  EXPECT_TRUE(constant_time_equal(message->find(AttributeType::password_algorithm)->value, kSha256WithoutParameters));
  EXPECT_EQ(check_message_integrity_sha256(*message, key().bytes()), IntegrityCheck::valid);
  EXPECT_EQ(check_message_integrity(*message, key().bytes()), IntegrityCheck::absent);
}

TEST(Rfc8489Vector, TheBuilderWritesTheCorrectedRequestByteForByte) {
  constexpr TransactionId kId{0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e};
  std::array<std::uint8_t, 256> buffer{};
  MessageBuilder builder{buffer, Method::binding, MessageClass::request, kId};
  builder.add(AttributeType::userhash, derive_userhash(kUser, kRealm))
      .add_text(AttributeType::nonce, kNonce)
      .add_text(AttributeType::realm, kRealm)
      .add(AttributeType::password_algorithm, kSha256WithoutParameters)
      .add_message_integrity_sha256(key().bytes());
  EXPECT_EQ(test::to_hex(builder.finish()), test::to_hex(test::read_hex_vector("rfc8489/sample-request.hex")));
}

TEST(Rfc8489Vector, PrintedRequestIsNoMessageBecauseItsLengthCountsTheHeader) {
  const Bytes bytes = test::read_hex_vector("rfc8489/sample-request-as-printed.hex");
  const auto message = MessageView::parse(bytes);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error(), ParseError::wrong_length);
}

TEST(Rfc8489Vector, PrintedHmacIsRightForThePrintedBytes) {
  const Bytes bytes = test::read_hex_vector("rfc8489/sample-request-as-printed.hex");
  ASSERT_EQ(bytes.size(), 156U);
  const ByteSpan all{bytes};
  const Sha256Digest digest = hmac_sha256(key().bytes(), {all.first(120)});
  EXPECT_EQ(test::to_hex(digest), test::to_hex(all.last(32)));
  EXPECT_EQ(test::to_hex(all.subspan(24, 32)), test::to_hex(derive_userhash(kUser, kRealm)));
}

}  // namespace
}  // namespace turnpike::stun
