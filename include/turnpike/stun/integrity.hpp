#pragma once

#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {

enum class IntegrityCheck : std::uint8_t { absent, valid, invalid };

/// RFC 8489 section 14.5. The length field counts as if the message ended with the attribute. Constant-time comparison.
[[nodiscard]] IntegrityCheck check_message_integrity(const MessageView& message, ByteSpan key) noexcept;
/// RFC 8489 section 14.6; truncated values of 16 to 32 bytes, in steps of 4, are compared in their own length.
[[nodiscard]] IntegrityCheck check_message_integrity_sha256(const MessageView& message, ByteSpan key) noexcept;
/// RFC 8489 section 14.7. It must be the last attribute.
[[nodiscard]] IntegrityCheck check_fingerprint(const MessageView& message) noexcept;

}  // namespace turnpike::stun
