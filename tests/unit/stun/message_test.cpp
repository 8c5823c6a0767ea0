#include "turnpike/stun/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/hex.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;

constexpr TransactionId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::array<std::uint8_t, 20> kSha1Value{};
constexpr std::array<std::uint8_t, 32> kSha256Value{};

/// A Binding request with these attributes, whatever sense they make.
Bytes message_of(const std::vector<std::pair<AttributeType, ByteSpan>>& attributes) {
  Bytes buffer(4096);
  MessageBuilder builder{buffer, Method::binding, MessageClass::request, kId};
  for (const auto& [type, value] : attributes) builder.add(type, value);
  buffer.resize(builder.finish().size());
  return buffer;
}

TEST(MessageView, AHeaderAloneIsAMessage) {
  const Bytes bytes = message_of({});
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->begin(), message->end());
  EXPECT_EQ(message->transaction_id(), kId);
  EXPECT_FALSE(message->has(AttributeType::username));
}

TEST(MessageView, UnknownMethodsAreAMatterForTheHandler) {
  const Bytes bytes = test::from_hex("3eef0000 2112a442 000000000000000000000000");
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(static_cast<unsigned>(message->method()), 0xfffU);
  EXPECT_TRUE(name_of(message->method()).empty());
}

TEST(MessageView, ValuesOfEveryLengthAreWalkedWithTheirPadding) {
  for (std::size_t length = 0; length < 20; ++length) {
    const Bytes value(length, 0xaa);
    const Bytes bytes = message_of({{AttributeType::software, value}, {AttributeType::priority, kSha1Value}});
    const auto message = MessageView::parse(bytes);
    ASSERT_TRUE(message) << length;
    EXPECT_EQ(message->find(AttributeType::software)->value.size(), length);
    EXPECT_TRUE(message->has(AttributeType::priority));
  }
}

TEST(MessageView, PaddingMayHoldAnything) {
  const Bytes bytes = test::from_hex("00010008 2112a442 000000000000000000000000 80220001 61ffffff");
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(as_text(message->find(AttributeType::software)->value), "a");
}

TEST(MessageView, ExactlyTheMostAttributesAreAccepted) {
  const std::vector<std::pair<AttributeType, ByteSpan>> most(kMaxAttributes, {AttributeType::software, {}});
  const Bytes bytes = message_of(most);
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(static_cast<std::size_t>(std::distance(message->begin(), message->end())), kMaxAttributes);
}

TEST(Find, TheFirstOfDuplicatesWins) {
  const Bytes bytes =
      message_of({{AttributeType::username, as_bytes("first")}, {AttributeType::username, as_bytes("second")}});
  EXPECT_EQ(as_text(MessageView::parse(bytes)->find(AttributeType::username)->value), "first");
}

TEST(Find, NothingBehindMessageIntegrityCountsButSha256AndFingerprint) {
  const Bytes bytes = message_of({{AttributeType::message_integrity, kSha1Value},
                                  {AttributeType::username, as_bytes("late")},
                                  {AttributeType::message_integrity_sha256, kSha256Value},
                                  {AttributeType::realm, as_bytes("later")},
                                  {AttributeType::fingerprint, ByteSpan{kSha1Value}.first(4)}});
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has(AttributeType::username));
  EXPECT_FALSE(message->has(AttributeType::realm));
  EXPECT_TRUE(message->has(AttributeType::message_integrity));
  EXPECT_TRUE(message->has(AttributeType::message_integrity_sha256));
  EXPECT_TRUE(message->has(AttributeType::fingerprint));
}

TEST(Find, NothingBehindMessageIntegritySha256CountsButFingerprint) {
  const Bytes bytes = message_of({{AttributeType::message_integrity_sha256, kSha256Value},
                                  {AttributeType::message_integrity, kSha1Value},
                                  {AttributeType::username, as_bytes("late")},
                                  {AttributeType::fingerprint, ByteSpan{kSha1Value}.first(4)}});
  const auto message = MessageView::parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->has(AttributeType::message_integrity));
  EXPECT_FALSE(message->has(AttributeType::username));
  EXPECT_TRUE(message->has(AttributeType::fingerprint));
}

TEST(ForEachActionable, KeepsWireOrderAndDuplicatesAndStopsWhenTold) {
  const Bytes bytes = message_of({{AttributeType::xor_peer_address, as_bytes("1")},
                                  {AttributeType::lifetime, as_bytes("2")},
                                  {AttributeType::xor_peer_address, as_bytes("3")},
                                  {AttributeType::message_integrity, kSha1Value},
                                  {AttributeType::xor_peer_address, as_bytes("4")}});
  const auto message = MessageView::parse(bytes);
  std::string seen;
  message->for_each_actionable([&](const Attribute& attribute) {
    if (attribute.value.size() == 1) seen += as_text(attribute.value);
    return true;
  });
  EXPECT_EQ(seen, "123");
  std::size_t visits = 0;
  message->for_each_actionable([&](const Attribute&) { return ++visits < 2; });
  EXPECT_EQ(visits, 2U);
}

bool knows_nothing_but_integrity(AttributeType type) {
  return type == AttributeType::message_integrity || type == AttributeType::message_integrity_sha256;
}

TEST(FindUnknownRequired, ListsEachRequiredTypeOnceInWireOrder) {
  const auto a = static_cast<AttributeType>(0x7ffe);
  const auto b = static_cast<AttributeType>(0x0002);
  const Bytes bytes = message_of({{a, {}}, {static_cast<AttributeType>(0x8fff), {}}, {b, {}}, {a, as_bytes("again")}});
  const UnknownAttributes unknown = find_unknown_required(*MessageView::parse(bytes), knows_nothing_but_integrity);
  ASSERT_EQ(unknown.count, 2U);
  EXPECT_EQ(unknown.types[0], a);
  EXPECT_EQ(unknown.types[1], b);
}

TEST(FindUnknownRequired, IgnoresWhatFollowsIntegrity) {
  const Bytes bytes = message_of(
      {{AttributeType::message_integrity, kSha1Value}, {static_cast<AttributeType>(0x0002), as_bytes("behind")}});
  EXPECT_EQ(find_unknown_required(*MessageView::parse(bytes), knows_nothing_but_integrity).count, 0U);
}

TEST(FindUnknownRequired, IsCutAtItsBound) {
  std::vector<std::pair<AttributeType, ByteSpan>> attributes;
  for (unsigned type = 0x1000; type < 0x1000 + kMaxAttributes; ++type) {
    attributes.emplace_back(static_cast<AttributeType>(type), ByteSpan{});
  }
  const Bytes bytes = message_of(attributes);
  const UnknownAttributes unknown = find_unknown_required(*MessageView::parse(bytes), knows_nothing_but_integrity);
  EXPECT_EQ(unknown.count, UnknownAttributes::kMax);
  EXPECT_EQ(static_cast<unsigned>(unknown.types.back()), 0x1000 + UnknownAttributes::kMax - 1);
}

TEST(AttributeTypes, TheTopBitSaysThatComprehensionIsOptional) {
  EXPECT_TRUE(is_comprehension_required(static_cast<AttributeType>(0x7fff)));
  EXPECT_FALSE(is_comprehension_required(static_cast<AttributeType>(0x8000)));
}

}  // namespace
}  // namespace turnpike::stun
