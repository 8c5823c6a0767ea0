#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "control/engineio_queue.hpp"
#include "control/exchange.hpp"
#include "control/text_channel.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::control {

class EngineIoSession;

/// How long an Engine.IO client may take for what. Pings are the server's in revision 4.
struct EngineIoTimes {
  Duration ping_interval = Seconds{25};
  Duration ping_timeout = Seconds{20};
  Duration upgrade = Seconds{10};  ///< from the probe's socket to the end of the upgrade
  Duration linger = Seconds{10};   ///< how long an ended polling session waits for who fetches its last packets
};

/// What a session needs of where it lives.
class EngineIoHost {
 public:
  EngineIoHost() = default;
  EngineIoHost(const EngineIoHost&) = delete;
  EngineIoHost& operator=(const EngineIoHost&) = delete;
  virtual ~EngineIoHost() = default;

  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual std::size_t queue_bound() const = 0;  ///< bytes that wait for a client that polls
  /// EngineIoSession::settle() is called once, later.
  virtual void wake_soon(EngineIoSession& session) = 0;
  virtual void reschedule(EngineIoSession& session, Instant from, Instant to) = 0;
  /// The session does not poll any more. Once for each that began by polling.
  virtual void polling_ended(const EngineIoSession& session) = 0;
};

/// One client of Engine.IO 4, whatever it comes by: polling, a WebSocket, or first one and then the other. `send` takes
/// whole packets; the peer gets the content of messages alone, and its on_heartbeat() before every ping.
class EngineIoSession final : public TextChannel, public std::enable_shared_from_this<EngineIoSession> {
 public:
  /// `host` outlives this.
  EngineIoSession(EngineIoHost& host, const EngineIoTimes& times, std::string sid, std::unique_ptr<TextPeer> peer);

  // Once, at first, one of these two: says what the session goes by, and opens the peer.
  void start_polling();
  void start_socket(TextChannel& socket);

  /// Answers at once when something waits, otherwise when something comes. Two at once end the session.
  void poll(Reply reply);
  /// False when it is no payload; then the session has ended.
  [[nodiscard]] bool post(std::string_view body);

  /// Whether it polls and nobody is upgrading it.
  [[nodiscard]] bool can_upgrade() const noexcept;
  /// `socket` is another way to the client, and takes over when it says so. Only while can_upgrade().
  void start_upgrade(TextChannel& socket);
  void on_socket_text(const TextChannel& socket, std::string_view text);
  void on_socket_closed(const TextChannel& socket);

  void send(std::string packet) override;
  /// A client that polls still gets what was sent before, if it comes soon.
  void close(CloseCode code, std::string_view reason) override;
  /// Ends it without waiting for anybody: what the client did, or does not do, leaves no hope for it.
  void drop(CloseCode code, std::string_view reason);

  void settle();
  void on_deadline(Instant now);

  [[nodiscard]] const std::string& sid() const noexcept { return sid_; }
  [[nodiscard]] bool is_polling() const noexcept { return !upgraded_; }
  [[nodiscard]] bool is_over() const noexcept { return phase_ == Phase::over; }

 private:
  /// closing: the peer does not know yet. lingering: it does; the last packets wait for a poll.
  enum class Phase : std::uint8_t { open, closing, lingering, over };

  void open_peer();
  void wake();
  void flush();
  void on_packet(const rooms::EnginePacket& packet);
  void on_pong();
  void on_stray();
  void on_probe(std::string_view text);
  void complete_upgrade();
  void abandon_upgrade(CloseCode code, std::string_view reason);
  void ping(Instant now);
  void begin_end(CloseCode code, std::string_view reason);
  void finish();
  void reschedule();

  EngineIoHost& host_;
  const EngineIoTimes& times_;
  std::string sid_;
  std::unique_ptr<TextPeer> peer_;  // null when it has been told the end
  EngineIoQueue queue_;             // while polling: what waits for a poll
  Reply poll_;                      // the poll that waits
  TextChannel* socket_ = nullptr;   // the transport, when upgraded_
  TextChannel* upgrade_ = nullptr;  // what it may become
  Instant ping_due_ = kNever;       // either this
  Instant pong_due_ = kNever;       // or this, while open
  Instant upgrade_due_ = kNever;    // while upgrade_
  Instant linger_due_ = kNever;     // while lingering
  Instant deadline_ = kNever;       // as the host knows it
  std::uint64_t mark_ = 0;          // what the pong will say that the client has got
  std::uint32_t strays_ = 0;        // packets without meaning since the last ping
  Phase phase_ = Phase::open;
  bool awake_ = false;     // settle() is to come
  bool upgraded_ = false;  // its transport is a WebSocket
  bool probed_ = false;    // upgrade_ has been tried; the client stops polling
};

}  // namespace turnpike::control
