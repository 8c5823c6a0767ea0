#pragma once

#include <cstdint>
#include <optional>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {

// Each reads one attribute's value and gives nothing when the value is malformed.

[[nodiscard]] std::optional<Endpoint> read_xor_address(ByteSpan value, const TransactionId& transaction_id) noexcept;
[[nodiscard]] std::optional<Endpoint> read_address(ByteSpan value) noexcept;
[[nodiscard]] std::optional<std::uint32_t> read_u32(ByteSpan value) noexcept;
[[nodiscard]] std::optional<std::uint64_t> read_u64(ByteSpan value) noexcept;
/// Any value of the 16-bit field; the range 0x4000-0x4FFF is the handler's check.
[[nodiscard]] std::optional<std::uint16_t> read_channel_number(ByteSpan value) noexcept;
[[nodiscard]] std::optional<std::uint8_t> read_requested_transport(ByteSpan value) noexcept;
/// Nothing also for a family that is neither IPv4 nor IPv6; see read_family_octet for telling these apart.
[[nodiscard]] std::optional<AddressFamily> read_address_family(ByteSpan value) noexcept;
[[nodiscard]] std::optional<std::uint8_t> read_family_octet(ByteSpan value) noexcept;
/// The R bit of EVEN-PORT.
[[nodiscard]] std::optional<bool> read_even_port(ByteSpan value) noexcept;
[[nodiscard]] std::optional<ErrorCode> read_error_code(ByteSpan value) noexcept;

struct AddressErrorCode {
  AddressFamily family{};
  ErrorCode code{};
};
[[nodiscard]] std::optional<AddressErrorCode> read_address_error_code(ByteSpan value) noexcept;

struct Icmp {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t error_data = 0;
};
[[nodiscard]] std::optional<Icmp> read_icmp(ByteSpan value) noexcept;

}  // namespace turnpike::stun
