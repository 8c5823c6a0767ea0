#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/text_channel.hpp"
#include "turnpike/base/bytes.hpp"

namespace turnpike::control {

/// What has come out of a WebSocket's bytes.
struct FrameEvent {
  enum class Kind : std::uint8_t { text, ping, pong, close, fault };
  Kind kind = Kind::text;
  std::string payload;                    ///< of text, ping and pong; of close and fault the reason
  CloseCode code = CloseCode::no_status;  ///< of close: what the client said; of fault: what to close with
};

/// Takes a client's frames (RFC 6455 section 5) out of a stream of bytes and puts messages together. No extensions: a
/// reserved bit is a fault, and so are binary messages (1003), unmasked frames, fragments of control frames, control
/// frames over 125 bytes, lengths that are not minimal, text that is no UTF-8 (1007), messages over the limit as soon
/// as they are announced (1009), and messages in more than kMaxFragments pieces or pieces without end that say nothing
/// (1008). After a fault or a close nothing comes any more. Knows no socket.
///
/// Holds what has come of a message, at most twice `max_message` and what was added last; between messages next to
/// nothing. Call next() after add() until it gives nothing.
class FrameReader {
 public:
  static constexpr std::size_t kMaxFragments = 1024;
  static constexpr std::size_t kMaxEmptyFragments = 16;

  explicit FrameReader(std::size_t max_message) : max_message_(max_message) {}

  void add(ByteSpan bytes);
  /// The next event; nothing when more bytes are needed.
  [[nodiscard]] std::optional<FrameEvent> next();

  /// Nothing comes any more, and nothing is held.
  void end() noexcept;

  /// Bytes of memory that are held beside the reader itself.
  [[nodiscard]] std::size_t held() const noexcept;
  /// Whether some of a message or of a frame is here, and the rest is not.
  [[nodiscard]] bool is_unfinished() const noexcept { return in_message_ || frame_ || unread() > 0; }

 private:
  enum class Opcode : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
  struct Frame {
    Opcode opcode = Opcode::more;
    bool is_last = false;
    std::array<std::uint8_t, 4> mask{};
    std::uint64_t size = 0;  // of the payload
    std::size_t used = 0;    // of the payload, so far

    [[nodiscard]] bool is_control() const noexcept { return opcode >= Opcode::close; }
  };

  [[nodiscard]] std::optional<FrameEvent> read_header();
  [[nodiscard]] std::optional<FrameEvent> check_start(std::uint8_t first, std::uint8_t second);
  [[nodiscard]] std::optional<FrameEvent> check_data();
  void read_payload();
  [[nodiscard]] std::optional<FrameEvent> finish_frame();
  [[nodiscard]] FrameEvent finish_control(Opcode opcode);
  [[nodiscard]] FrameEvent finish_close(std::string_view payload);
  [[nodiscard]] FrameEvent fault(CloseCode code, std::string_view reason);
  [[nodiscard]] std::size_t unread() const noexcept { return input_.size() - input_used_; }
  void release_input() noexcept;

  std::size_t max_message_;
  std::vector<std::uint8_t> input_;
  std::size_t input_used_ = 0;
  std::optional<Frame> frame_;  // whose payload comes next
  std::string message_;
  std::string control_;  // a control frame's payload, which may come between the pieces of a message
  std::size_t fragments_ = 0;
  std::size_t empty_fragments_ = 0;
  bool in_message_ = false;
  bool is_over_ = false;
};

/// Appends one unmasked frame, not fragmented.
void write_text_frame(std::string_view text, std::vector<std::uint8_t>& out);
void write_ping_frame(ByteSpan payload, std::vector<std::uint8_t>& out);
void write_pong_frame(std::string_view payload, std::vector<std::uint8_t>& out);
/// `reason` is cut to what fits (123 bytes, at a character's end). no_status: an empty close.
void write_close_frame(CloseCode code, std::string_view reason, std::vector<std::uint8_t>& out);

}  // namespace turnpike::control
