#include "turnpike/base/base64.hpp"

#include <algorithm>
#include <array>

#include "turnpike/base/check.hpp"

namespace turnpike {
namespace {

using Alphabet = std::string_view;
constexpr Alphabet kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr Alphabet kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> kUrlSafeDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kUrlSafe.size(); ++i) {
    digits[static_cast<unsigned char>(kUrlSafe[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

constexpr std::size_t unpadded_size(std::size_t byte_count) noexcept {
  return byte_count / 3 * 4 + (byte_count % 3 * 8 + 5) / 6;
}

/// Writes the digits of up to three bytes: one more than there are bytes.
std::size_t encode_group(ByteSpan group, Alphabet alphabet, std::span<char> out) noexcept {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) bits = bits << 8U | (i < group.size() ? group[i] : 0U);
  const std::size_t digits = group.size() + 1;
  for (std::size_t i = 0; i < digits; ++i) out[i] = alphabet[bits >> (18U - 6U * i) & 0x3fU];
  return digits;
}

std::size_t encode_unpadded(ByteSpan bytes, Alphabet alphabet, std::span<char> out) noexcept {
  std::size_t written = 0;
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(3, bytes.size()))) {
    written += encode_group(bytes.first(std::min<std::size_t>(3, bytes.size())), alphabet, out.subspan(written));
  }
  return written;
}

}  // namespace

std::string base64_encode(ByteSpan bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  encode_unpadded(bytes, kStandard, text);
  return text;
}

std::size_t base64url_encode(ByteSpan bytes, std::span<char> out) noexcept {
  TURNPIKE_CHECK(out.size() >= unpadded_size(bytes.size()));
  return encode_unpadded(bytes, kUrlSafe, out);
}

bool base64url_decode(std::string_view text, MutableByteSpan out) noexcept {
  if (text.size() != unpadded_size(out.size())) return false;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  std::size_t written = 0;
  for (const char character : text) {
    const std::uint8_t digit = kUrlSafeDigits[static_cast<unsigned char>(character)];
    if (digit == kNoDigit) return false;
    bits = (bits << 6U | digit) & 0xfffU;
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    out[written++] = static_cast<std::uint8_t>(bits >> bit_count & 0xffU);
  }
  // RFC 4648 section 3.5: the bits that fill up the last digit are zero, or two texts would mean the same bytes.
  return (bits & ((1U << bit_count) - 1U)) == 0;
}

}  // namespace turnpike
