#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace turnpike::bench {

/// A server's frames (RFC 6455 section 5) as a well-behaved server sends them: unmasked and not fragmented.
class ServerFrames {
 public:
  struct Frame {
    std::uint8_t opcode = 0;
    std::string_view payload;  ///< until the next add()
  };
  enum class Opcode : std::uint8_t { text = 1, close = 8, ping = 9, pong = 10 };

  /// Calls `visit(opcode, payload)` for each frame that `bytes` complete; keeps what is left over. Throws
  /// std::runtime_error for what no such server sends.
  template <typename Visit>
  void add(std::string_view bytes, Visit visit) {
    const bool is_whole = rest_.empty();
    if (!is_whole) rest_.append(bytes);
    std::string_view unread = is_whole ? bytes : std::string_view(rest_);
    for (Frame frame; take(unread, frame);) visit(static_cast<Opcode>(frame.opcode), frame.payload);
    rest_ = std::string(unread);
    if (rest_.empty()) rest_.shrink_to_fit();
  }

 private:
  static bool take(std::string_view& unread, Frame& frame);

  std::string rest_;
};

/// One masked frame, the mask being zero, which RFC 6455 allows though it protects no proxy.
[[nodiscard]] std::string client_frame(ServerFrames::Opcode opcode, std::string_view payload);

}  // namespace turnpike::bench
