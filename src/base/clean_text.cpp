#include "turnpike/base/clean_text.hpp"

#include <cstdint>

namespace turnpike {
namespace {

std::uint8_t at(std::string_view text, std::size_t index) noexcept { return static_cast<std::uint8_t>(text[index]); }

bool is_control(std::string_view character) noexcept {
  const std::uint8_t first = at(character, 0);
  return first < 0x20 || first == 0x7f || (first == 0xc2 && at(character, 1) < 0xa0);  // C0, DEL, C1
}

}  // namespace

std::size_t character_length(std::string_view text) noexcept {
  const std::uint8_t first = at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0U : first < 0xe0 ? 2U : first < 0xf0 ? 3U : first < 0xf5 ? 4U : 0U;
  if (length == 0 || text.size() < length) return 0;
  // The second byte's range is narrower where the first alone would allow overlong forms, surrogates or too much.
  const std::uint8_t lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (at(text, 1) < lowest || at(text, 1) > highest) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(text, i) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

bool is_clean_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0 || is_control(text)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace turnpike
