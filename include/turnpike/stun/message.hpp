#pragma once

#include <array>
#include <cstdint>
#include <iterator>
#include <optional>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/stun/attribute_type.hpp"
#include "turnpike/stun/message_type.hpp"

namespace turnpike::stun {

inline constexpr std::uint32_t kMagicCookie = 0x2112a442;
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kAttributeHeaderSize = 4;

using TransactionId = std::array<std::uint8_t, 12>;

/// What is wrong with bytes that claim to be STUN.
enum class ParseError : std::uint8_t {
  too_short,            ///< fewer than 20 bytes
  not_stun,             ///< the two top bits are not zero
  wrong_cookie,         ///< includes every RFC 3489 client; we do not speak that
  wrong_length,         ///< the length field is no multiple of 4 or not the size of what arrived
  broken_attribute,     ///< an attribute reaches past the end of the message
  too_many_attributes,  ///< more than kMaxAttributes
};

/// Far more than any sender needs; bounds the work that one datagram can cause.
inline constexpr std::size_t kMaxAttributes = 128;

/// One attribute in place: `value` points into the message.
struct Attribute {
  AttributeType type{};
  ByteSpan value;
  std::size_t offset = 0;  ///< of the attribute's header, from the start of the message
};

/// A STUN message in the caller's buffer. Never copies, and after parse() cannot read out of bounds: parse() has walked
/// the whole chain of attributes once. The buffer must outlive the view.
class MessageView {
 public:
  /// Walks the attributes in wire order.
  class Iterator {
   public:
    using value_type = Attribute;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using pointer = const Attribute*;
    using reference = Attribute;

    Iterator() = default;
    Iterator(ByteSpan message, std::size_t offset) noexcept : message_(message), offset_(offset) {}
    Attribute operator*() const noexcept;
    Iterator& operator++() noexcept;
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.offset_ == b.offset_; }

   private:
    ByteSpan message_;
    std::size_t offset_ = 0;
  };

  /// `bytes` must be exactly one message (a datagram, or what the stream framing cut out).
  static Result<MessageView, ParseError> parse(ByteSpan bytes) noexcept;

  [[nodiscard]] std::uint16_t type() const noexcept;
  [[nodiscard]] Method method() const noexcept { return method_of(type()); }
  [[nodiscard]] MessageClass message_class() const noexcept { return class_of(type()); }
  [[nodiscard]] TransactionId transaction_id() const noexcept;
  [[nodiscard]] ByteSpan bytes() const noexcept { return bytes_; }

  [[nodiscard]] Iterator begin() const noexcept { return {bytes_, kHeaderSize}; }
  [[nodiscard]] Iterator end() const noexcept { return {bytes_, bytes_.size()}; }

  /// The first attribute of that type that may be acted on (RFC 8489 section 14: the first of duplicates wins; sections
  /// 14.5 and 14.6: nothing behind MESSAGE-INTEGRITY counts except MESSAGE-INTEGRITY-SHA256 and FINGERPRINT, and
  /// nothing behind MESSAGE-INTEGRITY-SHA256 except FINGERPRINT).
  [[nodiscard]] std::optional<Attribute> find(AttributeType type) const noexcept;
  [[nodiscard]] bool has(AttributeType type) const noexcept { return find(type).has_value(); }

  /// Calls `visit(Attribute)` for each attribute that may be acted on (see find), duplicates included, in wire order.
  /// `visit` returns false to stop.
  template <typename Visit>
  void for_each_actionable(Visit&& visit) const {
    std::size_t protection = 0;  // 0 none seen, 1 MESSAGE-INTEGRITY seen, 2 MESSAGE-INTEGRITY-SHA256 seen
    for (const Attribute attribute : *this) {
      if (!is_actionable(attribute.type, protection)) continue;
      if (attribute.type == AttributeType::message_integrity) protection = 1;
      if (attribute.type == AttributeType::message_integrity_sha256) protection = 2;
      if (!visit(attribute)) return;
    }
  }

 private:
  explicit MessageView(ByteSpan bytes) noexcept : bytes_(bytes) {}
  static constexpr bool is_actionable(AttributeType type, std::size_t protection) noexcept {
    if (protection == 0 || type == AttributeType::fingerprint) return true;
    return protection == 1 && type == AttributeType::message_integrity_sha256;
  }

  ByteSpan bytes_;
};

/// Comprehension-required attributes (that may be acted on) which `is_known(AttributeType)` does not know, for
/// UNKNOWN-ATTRIBUTES; the list is cut at its bound.
struct UnknownAttributes {
  static constexpr std::size_t kMax = 8;
  std::array<AttributeType, kMax> types{};
  std::size_t count = 0;
};
[[nodiscard]] UnknownAttributes find_unknown_required(const MessageView& message,
                                                      bool (*is_known)(AttributeType)) noexcept;

}  // namespace turnpike::stun
