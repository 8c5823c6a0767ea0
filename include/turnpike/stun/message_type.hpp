#pragma once

#include <cstdint>
#include <string_view>

namespace turnpike::stun {

/// IANA "STUN Methods". Requests and indications share the numbering.
enum class Method : std::uint16_t {
  binding = 0x001,
  allocate = 0x003,
  refresh = 0x004,
  send = 0x006,
  data = 0x007,
  create_permission = 0x008,
  channel_bind = 0x009,
  connect = 0x00a,            // RFC 6062
  connection_bind = 0x00b,    // RFC 6062
  connection_attempt = 0x00c  // RFC 6062
};

enum class MessageClass : std::uint8_t { request = 0, indication = 1, success = 2, error = 3 };

/// RFC 8489 section 5: the class bits C1 and C0 sit between the method's bits.
///
///     0                 1
///     2  3  4 5 6 7 8 9 0 1 2 3 4 5
///    +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
///    |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
///    |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
///    +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
[[nodiscard]] constexpr std::uint16_t encode_message_type(Method method, MessageClass message_class) noexcept {
  const auto m = static_cast<unsigned>(method);
  const auto c = static_cast<unsigned>(message_class);
  return static_cast<std::uint16_t>((m & 0x000fU) | ((m & 0x0070U) << 1U) | ((m & 0x0f80U) << 2U) | ((c & 1U) << 4U) |
                                    ((c & 2U) << 7U));
}
[[nodiscard]] constexpr Method method_of(std::uint16_t type) noexcept {
  return static_cast<Method>((type & 0x000fU) | ((type & 0x00e0U) >> 1U) | ((type & 0x3e00U) >> 2U));
}
[[nodiscard]] constexpr MessageClass class_of(std::uint16_t type) noexcept {
  return static_cast<MessageClass>(((type >> 4U) & 1U) | ((type >> 7U) & 2U));
}

/// IANA's name ("Allocate"), or empty for a method that we do not know.
[[nodiscard]] std::string_view name_of(Method method) noexcept;

}  // namespace turnpike::stun
