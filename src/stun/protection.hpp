#pragma once

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::stun {

// What MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT hold, computed one way for writing and for checking.
// `message` must be at least a header. `preceding` counts the bytes in front of the attribute's header and
// `value_length` is that of the attribute: RFC 8489 sections 14.5 and 14.6 have the length field count up to the
// attribute's end, whatever stands behind it.

[[nodiscard]] Sha1Digest compute_message_integrity(ByteSpan message, std::size_t preceding, ByteSpan key) noexcept;
[[nodiscard]] Sha256Digest compute_message_integrity_sha256(ByteSpan message, std::size_t preceding,
                                                            std::size_t value_length, ByteSpan key) noexcept;
/// Over the message as it is: FINGERPRINT comes last, so the length field is right already (section 14.7).
[[nodiscard]] std::uint32_t compute_fingerprint(ByteSpan preceding) noexcept;

}  // namespace turnpike::stun
