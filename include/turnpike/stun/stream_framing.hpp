#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "turnpike/base/bytes.hpp"
#include "turnpike/stun/framing.hpp"

namespace turnpike::stun {

/// What the first bytes of a stream say it is.
enum class StreamKind : std::uint8_t {
  undecided,  ///< so far it may still be several; at most 24 bytes are ever needed
  tls,        ///< a handshake record with a ClientHello
  turn,       ///< a STUN message
  http,       ///< a request line, or HTTP/2's preface
  other,
};

/// ChannelData cannot come first, since an allocation belongs to its connection: what looks like it is HTTP when it
/// begins like a method, and `other` when not.
[[nodiscard]] StreamKind classify_stream(ByteSpan first_bytes) noexcept;

/// Cuts a stream into STUN messages and ChannelData (RFC 8656 section 12.5: ChannelData is padded to 4 bytes on
/// streams, the padding is not part of what comes out). One per stream; keeps only what belongs to an unfinished
/// message.
///
/// The loop: feed(bytes); next() until it gives nothing; is_broken() says that the stream cannot be read on.
class StreamFramer {
 public:
  /// Messages larger than `max_message` break the stream (20 to 65,559 bytes).
  explicit StreamFramer(std::size_t max_message) noexcept : max_message_(max_message) {}

  void set_max_message(std::size_t bytes) noexcept { max_message_ = bytes; }

  /// Must stay valid until next() has given nothing, and only then may more be fed. A broken stream takes nothing.
  void feed(ByteSpan bytes) noexcept;
  /// The next whole message; valid until the next call of next() or feed().
  [[nodiscard]] std::optional<ByteSpan> next() noexcept;
  /// Neither STUN (with magic cookie and a length that is a multiple of 4) nor ChannelData, too large, or no memory.
  [[nodiscard]] bool is_broken() const noexcept { return broken_; }
  /// Whether part of a message waits for the rest.
  [[nodiscard]] bool is_inside_message() const noexcept { return !partial_.empty() && !given_; }
  /// What was fed and not given out, the unfinished message included; for a stream that stops being TURN.
  [[nodiscard]] std::vector<std::uint8_t> take_rest();

 private:
  std::optional<ByteSpan> next_in_place() noexcept;
  std::optional<ByteSpan> next_collected() noexcept;
  bool collect(std::size_t count) noexcept;
  void drop_given() noexcept;

  std::size_t max_message_;
  bool broken_ = false;
  bool given_ = false;  // partial_ is a whole message that next() has given out
  ByteSpan fed_{};
  std::vector<std::uint8_t> partial_;
};

}  // namespace turnpike::stun
