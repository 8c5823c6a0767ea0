#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// RFC 6455 section 7.4.1; from 4000 on our own (section 7.4.2), which are documented in docs/signaling.md.
enum class CloseCode : std::uint16_t {
  normal = 1000,
  going_away = 1001,  ///< the server ends
  protocol_error = 1002,
  unsupported_data = 1003,  ///< binary
  no_status = 1005,         ///< never on the wire
  bad_payload = 1007,       ///< no UTF-8
  policy = 1008,            ///< too slow a reader, too fast a writer, an origin or a token that may not
  too_big = 1009,
  try_again_later = 1013,  ///< full or draining
  replaced = 4001,         ///< somebody joined under the same user id; coming back would replace them in turn
  kicked = 4002,
  room_closed = 4003,
};

/// What a dialect writes its texts to. Never calls back from within its own calls.
class TextChannel {
 public:
  TextChannel() = default;
  TextChannel(const TextChannel&) = delete;
  TextChannel& operator=(const TextChannel&) = delete;
  virtual ~TextChannel() = default;

  /// Nothing happens after close(), and when the client reads so slowly that the bound of what waits for it is
  /// reached: then the channel closes itself with CloseCode::policy.
  virtual void send(std::string text) = 0;
  /// Says why and ends. Nothing that arrives afterwards is delivered; TextPeer::on_closed() still comes, later.
  virtual void close(CloseCode code, std::string_view reason) = 0;
};

/// Who speaks over a channel: one client in one dialect. All calls on the loop's thread.
class TextPeer {
 public:
  TextPeer() = default;
  TextPeer(const TextPeer&) = delete;
  TextPeer& operator=(const TextPeer&) = delete;
  virtual ~TextPeer() = default;

  /// First, once. `channel` lives until on_closed() returns.
  virtual void on_open(TextChannel& channel) = 0;
  /// A whole text message, valid UTF-8, within the size that the channel was made for.
  virtual void on_text(std::string_view text) = 0;
  /// Each heartbeat. What is returned comes back with on_received() when the client has got all that was sent before.
  virtual std::uint64_t on_heartbeat() = 0;
  virtual void on_received(std::uint64_t mark) = 0;
  /// Last, once: however it ended.
  virtual void on_closed() = 0;
};

}  // namespace turnpike::control
