#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/bytes.hpp"

namespace turnpike {

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string base64_encode(ByteSpan bytes);
/// Writes the unpadded RFC 4648 section 5 (URL-safe) form; `out` must hold (4 * bytes + 2) / 3 characters. Returns how
/// many.
std::size_t base64url_encode(ByteSpan bytes, std::span<char> out) noexcept;
/// Strict unpadded URL-safe form into `out`, whose size says how many bytes are expected; false if it is anything else.
[[nodiscard]] bool base64url_decode(std::string_view text, MutableByteSpan out) noexcept;

}  // namespace turnpike
