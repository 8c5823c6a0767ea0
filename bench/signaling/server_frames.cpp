#include "server_frames.hpp"

#include <stdexcept>

namespace turnpike::bench {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

bool ServerFrames::take(std::string_view& unread, Frame& frame) {
  if (unread.size() < 2) return false;
  const auto first = static_cast<std::uint8_t>(unread[0]);
  const auto second = static_cast<std::uint8_t>(unread[1]);
  if ((first & 0xf0U) != 0x80U || (second & 0x80U) != 0) throw std::runtime_error("a frame is fragmented or masked");
  const std::size_t extra = second == 127 ? 8 : second == 126 ? 2 : 0;
  if (unread.size() < 2 + extra) return false;
  const std::uint64_t size = extra == 0 ? second : big_endian(unread.substr(2, extra));
  if (unread.size() - 2 - extra < size) return false;
  frame = {static_cast<std::uint8_t>(first & 0x0fU), unread.substr(2 + extra, size)};
  unread.remove_prefix(2 + extra + size);
  return true;
}

std::string client_frame(ServerFrames::Opcode opcode, std::string_view payload) {
  constexpr unsigned kMasked = 0x80;
  std::string frame;
  frame.reserve(payload.size() + 8);
  frame.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(kMasked | payload.size()));
  } else {
    if (payload.size() > 0xffff) throw std::runtime_error("a frame is too large");
    frame.push_back(static_cast<char>(kMasked | 126U));
    frame.push_back(static_cast<char>(payload.size() >> 8U));
    frame.push_back(static_cast<char>(payload.size() & 0xffU));
  }
  return frame.append(4, '\0').append(payload);
}

}  // namespace turnpike::bench
