#include <algorithm>
#include <cstdint>
#include <string>

#include "control/signaling.hpp"

namespace turnpike::control {
namespace {

constexpr std::string_view kPrefix = "room:";
constexpr std::string_view kHex = "0123456789ABCDEF";

bool must_be_encoded(char letter) noexcept {
  const auto byte = static_cast<std::uint8_t>(letter);
  return letter == '%' || letter == '/' || byte < 0x20 || byte == 0x7f;
}

void append_encoded(std::string& text, std::string_view part) {
  for (const char letter : part) {
    if (!must_be_encoded(letter)) {
      text += letter;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(letter);
    text += '%';
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xfU];
  }
}

/// What encoding did not write comes out wrong here, and is found out by encoding it again.
std::string decode(std::string_view part) {
  std::string text;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '%' || part.size() - i < 3) {
      text += part[i];
      continue;
    }
    const std::size_t high = std::min(kHex.find(part[i + 1]), std::size_t{0xf});
    const std::size_t low = std::min(kHex.find(part[i + 2]), std::size_t{0xf});
    text += static_cast<char>(static_cast<std::uint8_t>(high << 4U | low));
    i += 2;
  }
  return text;
}

}  // namespace

std::string room_group(std::string_view room) {
  std::string text(kPrefix);
  append_encoded(text, room);
  return text;
}

std::string room_user(std::string_view room, std::string_view user) {
  std::string text = room_group(room);
  text += '/';
  append_encoded(text, user);
  return text;
}

std::optional<RoomUser> parse_room_user(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (!text.starts_with(kPrefix) || slash == std::string_view::npos) return std::nullopt;
  RoomUser found{decode(text.substr(kPrefix.size(), slash - kPrefix.size())), decode(text.substr(slash + 1))};
  if (found.room.empty() || found.user.empty() || room_user(found.room, found.user) != text) return std::nullopt;
  return found;
}

}  // namespace turnpike::control
