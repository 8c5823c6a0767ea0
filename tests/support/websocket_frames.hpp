#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::test {

inline std::string octets(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

/// First bytes of frames: FIN and the opcode.
inline constexpr int kText = 0x81;
inline constexpr int kBinary = 0x82;
inline constexpr int kClose = 0x88;
inline constexpr int kPing = 0x89;
inline constexpr int kPong = 0x8a;
inline constexpr int kFirstPiece = 0x01;
inline constexpr int kMiddlePiece = 0x00;
inline constexpr int kLastPiece = 0x80;

/// A client's frame, masked with the key of RFC 6455 section 5.7.
inline std::string client_frame(int first, std::string_view payload) {
  const std::string key = octets({0x37, 0xfa, 0x21, 0x3d});
  const int size_bytes = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  const int short_size = size_bytes == 0 ? static_cast<int>(payload.size()) : size_bytes == 2 ? 126 : 127;
  std::string frame = octets({first, 0x80 | short_size});
  for (int i = size_bytes - 1; i >= 0; --i) frame.push_back(static_cast<char>((payload.size() >> (8 * i)) & 0xffU));
  frame += key;
  for (std::size_t i = 0; i < payload.size(); ++i) frame.push_back(static_cast<char>(payload[i] ^ key[i % key.size()]));
  return frame;
}

inline std::string close_payload(int code, std::string_view reason = {}) {
  return octets({code >> 8, code & 0xff}).append(reason);
}

/// What a function appends to a vector, as text.
template <typename Write>
std::string written(Write write) {
  std::vector<std::uint8_t> out;
  write(out);
  return {out.begin(), out.end()};
}

/// A server's frame: its first byte and its payload.
struct ServerFrame {
  int first = 0;
  std::string payload;

  bool operator==(const ServerFrame&) const = default;
};

/// The whole frames that a text begins with.
inline std::vector<ServerFrame> server_frames(std::string_view text) {
  std::vector<ServerFrame> frames;
  while (text.size() >= 2) {
    const auto at = [text](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text[i])); };
    const std::size_t size_bytes = at(1) == 126 ? 2 : at(1) == 127 ? 8 : 0;
    std::size_t size = size_bytes == 0 ? at(1) : 0;
    if (text.size() < 2 + size_bytes) break;
    for (std::size_t i = 0; i < size_bytes; ++i) size = (size << 8U) | at(2 + i);
    if (text.size() - 2 - size_bytes < size) break;
    frames.push_back({static_cast<int>(at(0)), std::string(text.substr(2 + size_bytes, size))});
    text.remove_prefix(2 + size_bytes + size);
  }
  return frames;
}

}  // namespace turnpike::test
