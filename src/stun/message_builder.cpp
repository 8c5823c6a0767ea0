#include "turnpike/stun/message_builder.hpp"

#include "stun/address_codec.hpp"
#include "stun/protection.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::stun {
namespace {

constexpr std::size_t kMaxLengthField = 0xfffc;

constexpr std::size_t padding_of(std::size_t length) noexcept { return (4U - length % 4U) % 4U; }

/// Reserved bits, class and number of ERROR-CODE in one word (RFC 8489 section 14.8).
constexpr std::uint32_t encode_error(ErrorCode code) noexcept {
  const auto number = static_cast<std::uint32_t>(code);
  return (number / 100U) << 8U | number % 100U;
}

constexpr std::uint32_t in_first_byte(std::uint8_t octet) noexcept { return static_cast<std::uint32_t>(octet) << 24U; }

}  // namespace

MessageBuilder::MessageBuilder(MutableByteSpan buffer, Method method, MessageClass message_class,
                               const TransactionId& transaction_id) noexcept
    : buffer_(buffer), writer_(buffer), transaction_id_(transaction_id) {
  writer_.write_u16(encode_message_type(method, message_class));
  writer_.write_u16(0);
  writer_.write_u32(kMagicCookie);
  writer_.write(transaction_id);
}

void MessageBuilder::update_length(std::size_t upcoming) noexcept {
  if (!writer_.ok()) return;
  const std::size_t length = writer_.size() - kHeaderSize + upcoming;
  if (length > kMaxLengthField) return writer_.fail();
  store_be(buffer_.subspan<2, 2>(), static_cast<std::uint16_t>(length));
}

void MessageBuilder::write_attribute_header(AttributeType type, std::size_t length) noexcept {
  update_length(kAttributeHeaderSize + length + padding_of(length));
  writer_.write_u16(static_cast<std::uint16_t>(type));
  writer_.write_u16(static_cast<std::uint16_t>(length));
}

MessageBuilder& MessageBuilder::add(AttributeType type, ByteSpan value) noexcept {
  write_attribute_header(type, value.size());
  writer_.write(value);
  writer_.write_zeros(padding_of(value.size()));
  return *this;
}

MessageBuilder& MessageBuilder::add_u32(AttributeType type, std::uint32_t value) noexcept {
  write_attribute_header(type, sizeof(value));
  writer_.write_u32(value);
  return *this;
}

MessageBuilder& MessageBuilder::add_u64(AttributeType type, std::uint64_t value) noexcept {
  write_attribute_header(type, sizeof(value));
  writer_.write_u64(value);
  return *this;
}

MessageBuilder& MessageBuilder::add_xor_address(AttributeType type, const Endpoint& endpoint) noexcept {
  return add_address(type, apply_mask(endpoint, make_address_mask(transaction_id_)));
}

MessageBuilder& MessageBuilder::add_address(AttributeType type, const Endpoint& endpoint) noexcept {
  const ByteSpan address = endpoint.address.bytes();
  write_attribute_header(type, 4 + address.size());
  writer_.write_u16(static_cast<std::uint16_t>(endpoint.address.family()));
  writer_.write_u16(endpoint.port);
  writer_.write(address);
  return *this;
}

MessageBuilder& MessageBuilder::add_error_code(ErrorCode code) noexcept {
  return add_u32(AttributeType::error_code, encode_error(code));
}

MessageBuilder& MessageBuilder::add_address_error_code(AddressFamily family, ErrorCode code) noexcept {
  const std::uint32_t value = in_first_byte(static_cast<std::uint8_t>(family)) | encode_error(code);
  return add_u32(AttributeType::address_error_code, value);
}

MessageBuilder& MessageBuilder::add_unknown_attributes(const UnknownAttributes& unknown) noexcept {
  const std::size_t length = unknown.count * sizeof(std::uint16_t);
  write_attribute_header(AttributeType::unknown_attributes, length);
  for (std::size_t i = 0; i < unknown.count; ++i) writer_.write_u16(static_cast<std::uint16_t>(unknown.types[i]));
  writer_.write_zeros(padding_of(length));
  return *this;
}

MessageBuilder& MessageBuilder::add_channel_number(std::uint16_t number) noexcept {
  return add_u32(AttributeType::channel_number, static_cast<std::uint32_t>(number) << 16U);
}

MessageBuilder& MessageBuilder::add_requested_transport(std::uint8_t protocol) noexcept {
  return add_u32(AttributeType::requested_transport, in_first_byte(protocol));
}

MessageBuilder& MessageBuilder::add_address_family(AttributeType type, AddressFamily family) noexcept {
  return add_u32(type, in_first_byte(static_cast<std::uint8_t>(family)));
}

MessageBuilder& MessageBuilder::add_even_port(bool reserve_next) noexcept {
  const std::array<std::uint8_t, 1> value{static_cast<std::uint8_t>(reserve_next ? 0x80U : 0U)};
  return add(AttributeType::even_port, value);
}

MessageBuilder& MessageBuilder::add_icmp(std::uint8_t type, std::uint8_t code, std::uint32_t error_data) noexcept {
  write_attribute_header(AttributeType::icmp, 8);
  writer_.write_u16(0);
  writer_.write_u8(type);
  writer_.write_u8(code);
  writer_.write_u32(error_data);
  return *this;
}

MessageBuilder& MessageBuilder::add_message_integrity(ByteSpan key) noexcept {
  if (!writer_.ok()) return *this;
  return add(AttributeType::message_integrity, compute_message_integrity(writer_.written(), writer_.size(), key));
}

MessageBuilder& MessageBuilder::add_message_integrity_sha256(ByteSpan key, std::size_t length) noexcept {
  TURNPIKE_CHECK(length >= 16 && length <= 32 && length % 4 == 0);
  if (!writer_.ok()) return *this;
  const Sha256Digest digest = compute_message_integrity_sha256(writer_.written(), writer_.size(), length, key);
  return add(AttributeType::message_integrity_sha256, ByteSpan{digest}.first(length));
}

MessageBuilder& MessageBuilder::add_fingerprint() noexcept {
  if (!writer_.ok()) return *this;
  // The CRC covers the length field, which therefore has to count FINGERPRINT already.
  update_length(kAttributeHeaderSize + sizeof(std::uint32_t));
  return add_u32(AttributeType::fingerprint, compute_fingerprint(writer_.written()));
}

ByteSpan MessageBuilder::finish() const noexcept { return writer_.ok() ? writer_.written() : ByteSpan{}; }

}  // namespace turnpike::stun
