#include "turnpike/stun/integrity.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/vectors.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;

constexpr TransactionId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const ByteSpan kKey = as_bytes("a key");

/// A Binding request that `add` completes.
template <typename Add>
Bytes built(const Add& add) {
  Bytes buffer(512);
  MessageBuilder builder{buffer, Method::binding, MessageClass::request, kId};
  builder.add_text(AttributeType::username, "user");
  add(builder);
  buffer.resize(builder.finish().size());
  return buffer;
}

MessageView view(const Bytes& bytes) { return *MessageView::parse(bytes); }

TEST(MessageIntegrity, IsValidUnderItsKeyOnly) {
  const Bytes bytes = built([](auto& b) { b.add_message_integrity(kKey); });
  EXPECT_EQ(check_message_integrity(view(bytes), kKey), IntegrityCheck::valid);
  EXPECT_EQ(check_message_integrity(view(bytes), as_bytes("another")), IntegrityCheck::invalid);
  EXPECT_EQ(check_message_integrity(view(bytes), {}), IntegrityCheck::invalid);
}

TEST(MessageIntegrity, WhatFollowsDoesNotChangeIt) {
  const Bytes bytes =
      built([](auto& b) { b.add_message_integrity(kKey).add_message_integrity_sha256(kKey).add_fingerprint(); });
  EXPECT_EQ(check_message_integrity(view(bytes), kKey), IntegrityCheck::valid);
  EXPECT_EQ(check_message_integrity_sha256(view(bytes), kKey), IntegrityCheck::valid);
  EXPECT_EQ(check_fingerprint(view(bytes)), IntegrityCheck::valid);
}

TEST(MessageIntegrity, EverythingInFrontIsCovered) {
  const Bytes original = built([](auto& b) { b.add_message_integrity(kKey); });
  for (std::size_t i = 0; i < original.size(); ++i) {
    Bytes bytes = original;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 0x01U);
    const auto message = MessageView::parse(bytes);
    if (message) {
      EXPECT_NE(check_message_integrity(*message, kKey), IntegrityCheck::valid) << i;
    }
  }
}

TEST(MessageIntegrity, AnyOtherLengthThan20IsInvalid) {
  for (const std::size_t length : {0U, 1U, 16U, 19U, 21U, 24U, 32U}) {
    const Bytes value(length);
    const Bytes bytes = built([&](auto& b) { b.add(AttributeType::message_integrity, value); });
    EXPECT_EQ(check_message_integrity(view(bytes), kKey), IntegrityCheck::invalid) << length;
  }
}

TEST(MessageIntegrity, IsAbsentWhenItIsNotThereOrComesTooLate) {
  EXPECT_EQ(check_message_integrity(view(built([](auto&) {})), kKey), IntegrityCheck::absent);
  const Bytes late = built([](auto& b) { b.add_message_integrity_sha256(kKey).add_message_integrity(kKey); });
  EXPECT_EQ(check_message_integrity(view(late), kKey), IntegrityCheck::absent);
  EXPECT_EQ(check_message_integrity_sha256(view(late), kKey), IntegrityCheck::valid);
}

TEST(MessageIntegrity, ASecondOneIsNotLookedAt) {
  const Bytes forged(20);
  const Bytes good_first =
      built([&](auto& b) { b.add_message_integrity(kKey).add(AttributeType::message_integrity, forged); });
  EXPECT_EQ(check_message_integrity(view(good_first), kKey), IntegrityCheck::valid);
  const Bytes good_second =
      built([&](auto& b) { b.add(AttributeType::message_integrity, forged).add_message_integrity(kKey); });
  EXPECT_EQ(check_message_integrity(view(good_second), kKey), IntegrityCheck::invalid);
}

TEST(MessageIntegritySha256, EveryAllowedTruncationIsValid) {
  for (std::size_t length = 16; length <= 32; length += 4) {
    const Bytes bytes = built([&](auto& b) { b.add_message_integrity_sha256(kKey, length).add_fingerprint(); });
    EXPECT_EQ(view(bytes).find(AttributeType::message_integrity_sha256)->value.size(), length);
    EXPECT_EQ(check_message_integrity_sha256(view(bytes), kKey), IntegrityCheck::valid) << length;
    EXPECT_EQ(check_message_integrity_sha256(view(bytes), as_bytes("another")), IntegrityCheck::invalid) << length;
  }
}

TEST(MessageIntegritySha256, EveryOtherLengthIsInvalid) {
  for (std::size_t length = 0; length <= 40; ++length) {
    if (length >= 16 && length <= 32 && length % 4 == 0) continue;
    const Bytes value(length);
    const Bytes bytes = built([&](auto& b) { b.add(AttributeType::message_integrity_sha256, value); });
    EXPECT_EQ(check_message_integrity_sha256(view(bytes), kKey), IntegrityCheck::invalid) << length;
  }
}

TEST(MessageIntegritySha256, ATruncationMadeByAnotherIsInvalid) {
  // Cutting 32 bytes down to 16 changes the length field, which the HMAC covers.
  Bytes bytes = built([](auto& b) { b.add_message_integrity_sha256(kKey); });
  bytes.resize(bytes.size() - 16);
  const std::size_t offset = bytes.size() - 20;
  store_be(std::span{bytes}.subspan<2, 2>(), static_cast<std::uint16_t>(bytes.size() - kHeaderSize));
  store_be(std::span{bytes}.subspan(offset + 2).first<2>(), std::uint16_t{16});
  EXPECT_EQ(check_message_integrity_sha256(view(bytes), kKey), IntegrityCheck::invalid);
}

TEST(Fingerprint, IsValidOrAbsent) {
  EXPECT_EQ(check_fingerprint(view(built([](auto& b) { b.add_fingerprint(); }))), IntegrityCheck::valid);
  EXPECT_EQ(check_fingerprint(view(built([](auto&) {}))), IntegrityCheck::absent);
}

TEST(Fingerprint, MustBeLast) {
  const Bytes bytes = built([](auto& b) { b.add_fingerprint().add_text(AttributeType::software, "late"); });
  EXPECT_EQ(check_fingerprint(view(bytes)), IntegrityCheck::invalid);
}

TEST(Fingerprint, AnyOtherLengthThan4IsInvalid) {
  for (const std::size_t length : {0U, 1U, 3U, 5U, 8U}) {
    const Bytes value(length);
    const Bytes bytes = built([&](auto& b) { b.add(AttributeType::fingerprint, value); });
    EXPECT_EQ(check_fingerprint(view(bytes)), IntegrityCheck::invalid) << length;
  }
}

TEST(Integrity, ChecksLeaveTheMessageAlone) {
  const Bytes bytes = test::read_hex_vector("rfc5769/sample-request.hex");
  const Bytes before = bytes;
  static_cast<void>(check_message_integrity(view(bytes), kKey));
  static_cast<void>(check_fingerprint(view(bytes)));
  EXPECT_EQ(bytes, before);
}

}  // namespace
}  // namespace turnpike::stun
