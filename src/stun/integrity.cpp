#include "turnpike/stun/integrity.hpp"

#include "stun/protection.hpp"

namespace turnpike::stun {
namespace {

constexpr std::uint32_t kFingerprintXor = 0x5354554e;  // "STUN"
constexpr std::size_t kTypeAndLengthSize = 4;
constexpr std::size_t kMinSha256Length = 16;
constexpr std::size_t kMaxSha256Length = 32;

/// The first four bytes of the header as they were if the message ended with the attribute.
std::array<std::uint8_t, kTypeAndLengthSize> adjusted_start(ByteSpan message, std::size_t preceding,
                                                            std::size_t value_length) noexcept {
  std::array<std::uint8_t, kTypeAndLengthSize> start{message[0], message[1]};
  const std::size_t length = preceding + kAttributeHeaderSize + value_length - kHeaderSize;
  store_be(std::span{start}.last<2>(), static_cast<std::uint16_t>(length));
  return start;
}

constexpr IntegrityCheck verdict(bool is_equal) noexcept {
  return is_equal ? IntegrityCheck::valid : IntegrityCheck::invalid;
}

}  // namespace

Sha1Digest compute_message_integrity(ByteSpan message, std::size_t preceding, ByteSpan key) noexcept {
  const auto start = adjusted_start(message, preceding, std::tuple_size_v<Sha1Digest>);
  return hmac_sha1(key, {start, message.first(preceding).subspan(kTypeAndLengthSize)});
}

Sha256Digest compute_message_integrity_sha256(ByteSpan message, std::size_t preceding, std::size_t value_length,
                                              ByteSpan key) noexcept {
  const auto start = adjusted_start(message, preceding, value_length);
  return hmac_sha256(key, {start, message.first(preceding).subspan(kTypeAndLengthSize)});
}

std::uint32_t compute_fingerprint(ByteSpan preceding) noexcept { return crc32(preceding) ^ kFingerprintXor; }

IntegrityCheck check_message_integrity(const MessageView& message, ByteSpan key) noexcept {
  const std::optional<Attribute> attribute = message.find(AttributeType::message_integrity);
  if (!attribute) return IntegrityCheck::absent;
  if (attribute->value.size() != std::tuple_size_v<Sha1Digest>) return IntegrityCheck::invalid;
  const Sha1Digest digest = compute_message_integrity(message.bytes(), attribute->offset, key);
  return verdict(constant_time_equal(digest, attribute->value));
}

IntegrityCheck check_message_integrity_sha256(const MessageView& message, ByteSpan key) noexcept {
  const std::optional<Attribute> attribute = message.find(AttributeType::message_integrity_sha256);
  if (!attribute) return IntegrityCheck::absent;
  const std::size_t length = attribute->value.size();
  if (length < kMinSha256Length || length > kMaxSha256Length || length % 4 != 0) return IntegrityCheck::invalid;
  const Sha256Digest digest = compute_message_integrity_sha256(message.bytes(), attribute->offset, length, key);
  return verdict(constant_time_equal(ByteSpan{digest}.first(length), attribute->value));
}

IntegrityCheck check_fingerprint(const MessageView& message) noexcept {
  const std::optional<Attribute> attribute = message.find(AttributeType::fingerprint);
  if (!attribute) return IntegrityCheck::absent;
  const ByteSpan value = attribute->value;
  const bool is_last = attribute->offset + kAttributeHeaderSize + sizeof(std::uint32_t) == message.bytes().size();
  if (value.size() != sizeof(std::uint32_t) || !is_last) return IntegrityCheck::invalid;
  return verdict(load_be<std::uint32_t>(value.first<4>()) ==
                 compute_fingerprint(message.bytes().first(attribute->offset)));
}

}  // namespace turnpike::stun
