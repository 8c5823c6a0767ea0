#pragma once

#include <array>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {

/// What XOR-MAPPED-ADDRESS and its kin are XORed with: magic cookie and transaction id (RFC 8489 section 14.2).
using AddressMask = std::array<std::uint8_t, 16>;

[[nodiscard]] inline AddressMask make_address_mask(const TransactionId& transaction_id) noexcept {
  AddressMask mask{};
  store_be(std::span{mask}.first<4>(), kMagicCookie);
  std::memcpy(mask.data() + 4, transaction_id.data(), transaction_id.size());
  return mask;
}

/// Its own inverse. The port's mask is the upper half of the cookie.
[[nodiscard]] inline Endpoint apply_mask(const Endpoint& endpoint, const AddressMask& mask) noexcept {
  const auto port_mask = load_be<std::uint16_t>(std::span{mask}.first<2>());
  IpAddress::V6Bytes bytes{};
  const auto source = endpoint.address.bytes();
  for (std::size_t i = 0; i < source.size(); ++i) bytes[i] = source[i] ^ mask[i];
  const auto port = static_cast<std::uint16_t>(endpoint.port ^ port_mask);
  if (endpoint.address.is_v6()) return {IpAddress::v6(bytes), port};
  return {IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]), port};
}

}  // namespace turnpike::stun
