#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::stun {

/// IANA "STUN Password Algorithms".
enum class PasswordAlgorithm : std::uint16_t { md5 = 1, sha256 = 2 };

/// A long-term credential key (RFC 8489 sections 9.2.2, 18.5.1.1, 18.5.1.2): 16 bytes for MD5, 32 for SHA-256.
class LongTermKey {
 public:
  LongTermKey() = default;
  explicit LongTermKey(const Md5Digest& digest) noexcept;
  explicit LongTermKey(const Sha256Digest& digest) noexcept;
  [[nodiscard]] ByteSpan bytes() const noexcept { return ByteSpan{bytes_}.first(size_); }

 private:
  std::array<std::uint8_t, 32> bytes_{};
  std::size_t size_ = 0;
};

/// hash(username ":" realm ":" password). The caller applies OpaqueString (RFC 8265) to names and passwords that it
/// keeps; what comes from the wire is used as it is.
[[nodiscard]] LongTermKey derive_long_term_key(PasswordAlgorithm algorithm, std::string_view username,
                                               std::string_view realm, std::string_view password) noexcept;

/// USERHASH: SHA-256(username ":" realm) (RFC 8489 section 14.4).
[[nodiscard]] Sha256Digest derive_userhash(std::string_view username, std::string_view realm) noexcept;

}  // namespace turnpike::stun
