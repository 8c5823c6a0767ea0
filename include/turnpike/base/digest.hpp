#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "turnpike/base/bytes.hpp"

namespace turnpike {

using Md5Digest = std::array<std::uint8_t, 16>;
using Sha1Digest = std::array<std::uint8_t, 20>;
using Sha256Digest = std::array<std::uint8_t, 32>;

/// The message is given in pieces that are hashed as if joined. OpenSSL does the work; a failure of it aborts.
[[nodiscard]] Md5Digest md5(std::initializer_list<ByteSpan> pieces) noexcept;
[[nodiscard]] Sha256Digest sha256(std::initializer_list<ByteSpan> pieces) noexcept;
[[nodiscard]] Sha1Digest sha1(std::initializer_list<ByteSpan> pieces) noexcept;
[[nodiscard]] Sha1Digest hmac_sha1(ByteSpan key, std::initializer_list<ByteSpan> pieces) noexcept;
[[nodiscard]] Sha256Digest hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> pieces) noexcept;

/// Takes time that depends on the lengths only. Lengths are public: different ones are unequal at once.
[[nodiscard]] bool constant_time_equal(ByteSpan a, ByteSpan b) noexcept;

/// CRC-32 of ITU V.42, as RFC 8489 section 14.7 wants it for FINGERPRINT (before the XOR).
[[nodiscard]] std::uint32_t crc32(ByteSpan bytes) noexcept;

}  // namespace turnpike
