#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/bytes.hpp"

namespace turnpike::test {

using Bytes = std::vector<std::uint8_t>;

/// Pairs of lower-case hexadecimal digits. Everything else is skipped, and so is the rest of a line behind '#'.
[[nodiscard]] inline Bytes from_hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  Bytes bytes;
  bool in_comment = false;
  bool has_half = false;
  std::size_t half = 0;
  for (const char character : text) {
    if (character == '#') in_comment = true;
    if (character == '\n') in_comment = false;
    const std::size_t digit = kDigits.find(character);
    if (in_comment || digit == std::string_view::npos) continue;
    if (has_half) bytes.push_back(static_cast<std::uint8_t>(half * 16 + digit));
    half = digit;
    has_half = !has_half;
  }
  return bytes;
}

[[nodiscard]] inline std::string to_hex(ByteSpan bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0fU];
  }
  return text;
}

}  // namespace turnpike::test
