#include "turnpike/stun/attribute_values.hpp"

#include <algorithm>

#include "stun/address_codec.hpp"

namespace turnpike::stun {
namespace {

constexpr std::size_t kAddressStart = 4;  // behind a zero byte, the family and the port

std::optional<AddressFamily> to_family(std::uint8_t octet) noexcept {
  if (octet == static_cast<std::uint8_t>(AddressFamily::ipv4)) return AddressFamily::ipv4;
  if (octet == static_cast<std::uint8_t>(AddressFamily::ipv6)) return AddressFamily::ipv6;
  return std::nullopt;
}

/// Class 3 to 6 in the low three bits, number 0 to 99 (RFC 8489 section 14.8).
std::optional<ErrorCode> to_error_code(std::uint8_t class_octet, std::uint8_t number) noexcept {
  const unsigned hundreds = class_octet & 0x07U;
  if (hundreds < 3 || hundreds > 6 || number > 99) return std::nullopt;
  return static_cast<ErrorCode>(hundreds * 100 + number);
}

/// A value of four bytes whose first one counts; the rest is reserved and ignored on reception.
std::optional<std::uint8_t> read_leading_octet(ByteSpan value) noexcept {
  if (value.size() != 4) return std::nullopt;
  return value[0];
}

}  // namespace

// RFC 8489 section 14.1:
//
//     0                   1                   2                   3
//     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |0 0 0 0 0 0 0 0|    Family     |           Port                |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//    |                 Address (32 bits or 128 bits)                 |
//    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
std::optional<Endpoint> read_address(ByteSpan value) noexcept {
  if (value.size() < kAddressStart) return std::nullopt;
  const std::optional<AddressFamily> family = to_family(value[1]);
  const auto port = load_be<std::uint16_t>(value.subspan<2, 2>());
  const ByteSpan address = value.subspan(kAddressStart);
  if (family == AddressFamily::ipv4 && address.size() == 4) {
    return Endpoint{IpAddress::v4(address[0], address[1], address[2], address[3]), port};
  }
  if (family == AddressFamily::ipv6 && address.size() == 16) {
    IpAddress::V6Bytes bytes{};
    std::copy(address.begin(), address.end(), bytes.begin());
    return Endpoint{IpAddress::v6(bytes), port};
  }
  return std::nullopt;
}

std::optional<Endpoint> read_xor_address(ByteSpan value, const TransactionId& transaction_id) noexcept {
  const std::optional<Endpoint> masked = read_address(value);
  if (!masked) return std::nullopt;
  return apply_mask(*masked, make_address_mask(transaction_id));
}

std::optional<std::uint32_t> read_u32(ByteSpan value) noexcept {
  if (value.size() != sizeof(std::uint32_t)) return std::nullopt;
  return load_be<std::uint32_t>(value.first<4>());
}

std::optional<std::uint64_t> read_u64(ByteSpan value) noexcept {
  if (value.size() != sizeof(std::uint64_t)) return std::nullopt;
  return load_be<std::uint64_t>(value.first<8>());
}

// RFC 8656 section 18.1: 16 bits of number, 16 bits to ignore.
std::optional<std::uint16_t> read_channel_number(ByteSpan value) noexcept {
  if (value.size() != 4) return std::nullopt;
  return load_be<std::uint16_t>(value.first<2>());
}

std::optional<std::uint8_t> read_requested_transport(ByteSpan value) noexcept { return read_leading_octet(value); }

std::optional<std::uint8_t> read_family_octet(ByteSpan value) noexcept { return read_leading_octet(value); }

std::optional<AddressFamily> read_address_family(ByteSpan value) noexcept {
  const std::optional<std::uint8_t> octet = read_family_octet(value);
  return octet ? to_family(*octet) : std::nullopt;
}

// RFC 8656 section 18.7: one byte, of which the top bit counts.
std::optional<bool> read_even_port(ByteSpan value) noexcept {
  if (value.size() != 1) return std::nullopt;
  return (value[0] & 0x80U) != 0;
}

std::optional<ErrorCode> read_error_code(ByteSpan value) noexcept {
  if (value.size() < 4) return std::nullopt;
  return to_error_code(value[2], value[3]);
}

// RFC 8656 section 18.12: ERROR-CODE with the family in its first byte.
std::optional<AddressErrorCode> read_address_error_code(ByteSpan value) noexcept {
  if (value.size() < 4) return std::nullopt;
  const std::optional<AddressFamily> family = to_family(value[0]);
  const std::optional<ErrorCode> code = to_error_code(value[2], value[3]);
  if (!family || !code) return std::nullopt;
  return AddressErrorCode{*family, *code};
}

// RFC 8656 section 18.13. Its drawing gives the type 7 bits and the code 9; ICMP itself has 8 and 8 (RFC 792, RFC
// 4443), and so do the implementations.
std::optional<Icmp> read_icmp(ByteSpan value) noexcept {
  if (value.size() != 8) return std::nullopt;
  return Icmp{value[2], value[3], load_be<std::uint32_t>(value.last<4>())};
}

}  // namespace turnpike::stun
