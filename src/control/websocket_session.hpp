#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "control/engine_stream.hpp"
#include "control/text_channel.hpp"
#include "control/websocket.hpp"
#include "control/websocket_frames.hpp"
#include "control/websocket_group.hpp"

namespace turnpike::control {

/// One WebSocket after its handshake. Lives in its group until its peer has been told the end and its stream is closed;
/// what still comes from the loop after that does nothing.
class WebSocketSession final : public TextChannel, public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(WebSocketGroup& group, EngineStream stream, std::unique_ptr<TextPeer> peer, std::size_t max_message);

  void start(ByteSpan received);
  void send(std::string text) override;
  void close(CloseCode code, std::string_view reason) override;

  /// Gives what was written to the stream.
  void flush();
  /// Brings the group's account up to date.
  void account();
  /// Ends it without a word to the client.
  void break_off();
  /// Ends it for the sake of a message that has begun.
  void give_up_unfinished(CloseCode code);
  /// What the group knows that is held of a message that is not whole yet.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }
  /// Closes the stream, after going_away as far as the kernel takes it at once.
  void stop(bool says_it);
  /// Calls the peer's on_closed(), unless that has been done.
  void tell_closed();

 private:
  enum class Phase : std::uint8_t {
    open,
    closing,  ///< we have said close; the client has not yet
    ending,   ///< nothing more is read or written but the stream's end
    over,     ///< the stream is closed
  };
  using Time = boost::asio::steady_timer::time_point;
  static constexpr std::size_t kMaxMarks = 4;
  static constexpr int kMaxUnfinishedBeats = 3;

  void wait();
  void on_readable(error_code error);
  void read();
  void account_held();
  void take(const FrameEvent& event);
  void on_ping(std::string_view payload);
  void on_pong(std::string_view payload);
  [[nodiscard]] bool spend_control();
  void on_fault(const FrameEvent& event);
  void queue();
  [[nodiscard]] bool is_too_slow();
  void give_up_slow();
  void heartbeat();
  void beat(Time now);
  void ping(std::uint64_t mark);
  /// The oldest ones.
  void forget_marks(std::size_t count);
  void arm(Time when);
  void on_timer();
  /// Says `code` behind all that was written, and ends.
  void fail(CloseCode code, std::string_view reason);
  void end();
  void finish();
  void leave_open(Phase phase);

  WebSocketGroup& group_;
  EngineStream stream_;
  std::unique_ptr<TextPeer> peer_;  // until it has been told the end
  FrameReader reader_;
  std::vector<std::uint8_t> out_;  // frames of this turn
  boost::asio::steady_timer timer_;
  Duration heartbeat_;
  Duration closing_;
  Time last_heard_;
  Time next_ping_;
  std::array<std::uint64_t, kMaxMarks> marks_{};  // of pings without a pong yet, the oldest first
  std::size_t mark_count_ = 0;
  std::size_t accounted_ = 0;  // what the group knows that waits for this client
  std::size_t held_ = 0;
  std::size_t send_queue_;
  std::uint32_t control_frames_;
  std::uint32_t control_left_;  // until the next heartbeat
  int unfinished_beats_ = 0;    // heartbeats since the message began that is not whole
  Phase phase_ = Phase::open;
  bool wants_flush_ = false;
};

}  // namespace turnpike::control
