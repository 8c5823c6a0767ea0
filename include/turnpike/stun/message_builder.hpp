#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {

/// Writes one STUN message into a caller's buffer; allocates nothing. Padding is zero (RFC 8489 section 14). When the
/// buffer is too small nothing is written past its end and finish() gives an empty span.
/// The header's length field is right after every call.
class MessageBuilder {
 public:
  MessageBuilder(MutableByteSpan buffer, Method method, MessageClass message_class,
                 const TransactionId& transaction_id) noexcept;

  MessageBuilder& add(AttributeType type, ByteSpan value) noexcept;
  MessageBuilder& add_text(AttributeType type, std::string_view value) noexcept { return add(type, as_bytes(value)); }
  MessageBuilder& add_u32(AttributeType type, std::uint32_t value) noexcept;
  MessageBuilder& add_u64(AttributeType type, std::uint64_t value) noexcept;
  /// XOR-MAPPED-ADDRESS and its kin (RFC 8489 section 14.2).
  MessageBuilder& add_xor_address(AttributeType type, const Endpoint& endpoint) noexcept;
  /// MAPPED-ADDRESS and its kin, such as ALTERNATE-SERVER (RFC 8489 section 14.1).
  MessageBuilder& add_address(AttributeType type, const Endpoint& endpoint) noexcept;
  /// ERROR-CODE without a reason phrase (RFC 8489 section 14.8).
  MessageBuilder& add_error_code(ErrorCode code) noexcept;
  /// ADDRESS-ERROR-CODE without a reason phrase (RFC 8656 section 18.12).
  MessageBuilder& add_address_error_code(AddressFamily family, ErrorCode code) noexcept;
  MessageBuilder& add_unknown_attributes(const UnknownAttributes& unknown) noexcept;
  /// CHANNEL-NUMBER, REQUESTED-TRANSPORT, families: one value in front, reserved bytes zero.
  MessageBuilder& add_channel_number(std::uint16_t number) noexcept;
  MessageBuilder& add_requested_transport(std::uint8_t protocol) noexcept;
  MessageBuilder& add_address_family(AttributeType type, AddressFamily family) noexcept;
  MessageBuilder& add_even_port(bool reserve_next) noexcept;
  /// PASSWORD-ALGORITHMS or PASSWORD-ALGORITHM value already encoded goes through add().
  /// ICMP (RFC 8656 section 18.13).
  MessageBuilder& add_icmp(std::uint8_t type, std::uint8_t code, std::uint32_t error_data) noexcept;

  /// Must come last but for FINGERPRINT; computed over all that is written so far.
  MessageBuilder& add_message_integrity(ByteSpan key) noexcept;
  /// `length` is 16 to 32 in steps of 4: the HMAC is truncated to it (RFC 8489 section 14.6).
  MessageBuilder& add_message_integrity_sha256(ByteSpan key, std::size_t length = 32) noexcept;
  MessageBuilder& add_fingerprint() noexcept;

  /// The finished message, or empty when it did not fit.
  [[nodiscard]] ByteSpan finish() const noexcept;
  [[nodiscard]] const TransactionId& transaction_id() const noexcept { return transaction_id_; }

 private:
  void write_attribute_header(AttributeType type, std::size_t length) noexcept;
  void update_length(std::size_t upcoming) noexcept;

  MutableByteSpan buffer_;
  ByteWriter writer_;
  TransactionId transaction_id_;
};

}  // namespace turnpike::stun
