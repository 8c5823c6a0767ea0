#include "turnpike/stun/message.hpp"

#include <algorithm>

namespace turnpike::stun {
namespace {

/// RFC 8489 section 14: a value is followed by padding up to a multiple of four bytes.
constexpr std::size_t padded(std::size_t length) noexcept { return (length + 3U) & ~std::size_t{3}; }

std::uint16_t value_length_at(ByteSpan message, std::size_t offset) noexcept {
  return load_be<std::uint16_t>(message.subspan(offset + 2).first<2>());
}

}  // namespace

// RFC 8489 section 14:
//
//     0                   1                   2                   3
//     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |         Type                  |            Length             |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |                         Value (variable)                ....
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Attribute MessageView::Iterator::operator*() const noexcept {
  const auto type = load_be<std::uint16_t>(message_.subspan(offset_).first<2>());
  const std::size_t length = value_length_at(message_, offset_);
  return {static_cast<AttributeType>(type), message_.subspan(offset_ + kAttributeHeaderSize, length), offset_};
}

MessageView::Iterator& MessageView::Iterator::operator++() noexcept {
  offset_ += kAttributeHeaderSize + padded(value_length_at(message_, offset_));
  return *this;
}

// RFC 8489 sections 5 and 6.3:
//
//     0                   1                   2                   3
//     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |0 0|     STUN Message Type     |         Message Length        |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |                         Magic Cookie                          |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |                     Transaction ID (96 bits)                  |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
Result<MessageView, ParseError> MessageView::parse(ByteSpan bytes) noexcept {
  if (bytes.size() < kHeaderSize) return ParseError::too_short;
  if ((bytes[0] & 0xc0U) != 0) return ParseError::not_stun;
  if (load_be<std::uint32_t>(bytes.subspan<4, 4>()) != kMagicCookie) return ParseError::wrong_cookie;
  const auto length = load_be<std::uint16_t>(bytes.subspan<2, 2>());
  if (length % 4U != 0 || length != bytes.size() - kHeaderSize) return ParseError::wrong_length;

  // Offsets stay multiples of four, so where a value fits its padding fits too.
  std::size_t count = 0;
  for (std::size_t offset = kHeaderSize; offset < bytes.size();) {
    const std::size_t value_length = value_length_at(bytes, offset);
    if (value_length > bytes.size() - offset - kAttributeHeaderSize) return ParseError::broken_attribute;
    if (++count > kMaxAttributes) return ParseError::too_many_attributes;
    offset += kAttributeHeaderSize + padded(value_length);
  }
  return MessageView{bytes};
}

std::uint16_t MessageView::type() const noexcept { return load_be<std::uint16_t>(bytes_.first<2>()); }

TransactionId MessageView::transaction_id() const noexcept {
  TransactionId id{};
  const ByteSpan source = bytes_.subspan<8, 12>();
  std::copy(source.begin(), source.end(), id.begin());
  return id;
}

std::optional<Attribute> MessageView::find(AttributeType type) const noexcept {
  std::optional<Attribute> found;
  for_each_actionable([&](const Attribute& attribute) {
    if (attribute.type == type) found = attribute;
    return !found.has_value();
  });
  return found;
}

UnknownAttributes find_unknown_required(const MessageView& message, bool (*is_known)(AttributeType)) noexcept {
  UnknownAttributes unknown;
  message.for_each_actionable([&](const Attribute& attribute) {
    if (!is_comprehension_required(attribute.type) || is_known(attribute.type)) return true;
    const auto listed = std::span{unknown.types}.first(unknown.count);
    if (std::find(listed.begin(), listed.end(), attribute.type) == listed.end()) {
      unknown.types[unknown.count++] = attribute.type;
    }
    return unknown.count < UnknownAttributes::kMax;
  });
  return unknown;
}

}  // namespace turnpike::stun
