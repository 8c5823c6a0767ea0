#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::stun {

/// IANA "STUN Attributes": all of RFC 8489, 8656, 6062, 5780, 8016, 7635, and what ICE (RFC 8445) puts into checks.
enum class AttributeType : std::uint16_t {
  // Comprehension-required, 0x0000-0x7FFF
  mapped_address = 0x0001,
  change_request = 0x0003,  // RFC 5780
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  channel_number = 0x000c,
  lifetime = 0x000d,
  xor_peer_address = 0x0012,
  data = 0x0013,
  realm = 0x0014,
  nonce = 0x0015,
  xor_relayed_address = 0x0016,
  requested_address_family = 0x0017,
  even_port = 0x0018,
  requested_transport = 0x0019,
  dont_fragment = 0x001a,
  access_token = 0x001b,  // RFC 7635
  message_integrity_sha256 = 0x001c,
  password_algorithm = 0x001d,
  userhash = 0x001e,
  xor_mapped_address = 0x0020,
  reservation_token = 0x0022,
  priority = 0x0024,       // RFC 8445
  use_candidate = 0x0025,  // RFC 8445
  padding = 0x0026,        // RFC 5780
  response_port = 0x0027,  // RFC 5780
  connection_id = 0x002a,  // RFC 6062
  // Comprehension-optional, 0x8000-0xFFFF
  additional_address_family = 0x8000,
  address_error_code = 0x8001,
  password_algorithms = 0x8002,
  alternate_domain = 0x8003,
  icmp = 0x8004,
  software = 0x8022,
  alternate_server = 0x8023,
  transaction_transmit_counter = 0x8025,  // RFC 7982
  cache_timeout = 0x8027,                 // RFC 5780
  fingerprint = 0x8028,
  ice_controlled = 0x8029,             // RFC 8445
  ice_controlling = 0x802a,            // RFC 8445
  response_origin = 0x802b,            // RFC 5780
  other_address = 0x802c,              // RFC 5780
  third_party_authorization = 0x802e,  // RFC 7635
  mobility_ticket = 0x8030,            // RFC 8016
};

/// RFC 8489 section 14: types below 0x8000 must be understood or the message is refused.
[[nodiscard]] constexpr bool is_comprehension_required(AttributeType type) noexcept {
  return static_cast<std::uint16_t>(type) < 0x8000;
}

/// IANA's name ("XOR-MAPPED-ADDRESS"), or empty for a type that we do not know.
[[nodiscard]] std::string_view name_of(AttributeType type) noexcept;

}  // namespace turnpike::stun
