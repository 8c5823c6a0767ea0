#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/engine_stream.hpp"
#include "control/exchange.hpp"
#include "control/http_message.hpp"
#include "control/text_channel.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/signaling_counters.hpp"

namespace turnpike::control {

// The handshake (RFC 6455 section 4.2): websocket_handshake.cpp. ----------------------------------------------------

/// Whether a request wants to become a WebSocket at all.
[[nodiscard]] bool wants_websocket(const Request& request);
/// 101, or what is wrong with it: 400, 405, or 426 with Sec-WebSocket-Version. No extension and no subprotocol is ever
/// accepted: permessage-deflate costs memory for every client and lets small messages grow large.
[[nodiscard]] Response answer_handshake(const Request& request);

struct WebSocketOptions {
  std::size_t max_message = 131'072;    ///< bytes
  std::size_t send_queue = 262'144;     ///< bytes that wait for a client; over it, it is closed with 1008
  std::size_t send_total = 67'108'864;  ///< for all clients together; over it, whose own is over 16 KiB is closed
  /// Bytes held of messages that are not whole yet, for all clients together; over it, who has most is closed (1013).
  std::size_t receive_total = 67'108'864;
  Duration heartbeat = Seconds{20};   ///< between pings; a client that is silent for two and a half of them is gone
  std::uint32_t control_frames = 30;  ///< pings and pongs between two heartbeats; more: 1008
  Duration closing = Seconds{2};      ///< for the client to take and to answer a close
};

/// All open WebSockets: sends what they have to send once a turn of the loop, and bounds them together. Loop's thread.
class WebSocketSet {
 public:
  WebSocketSet(boost::asio::io_context& loop, const WebSocketOptions& options);
  WebSocketSet(const WebSocketSet&) = delete;
  WebSocketSet& operator=(const WebSocketSet&) = delete;
  /// As stop(), without saying anything to the clients.
  ~WebSocketSet();

  /// For sockets that open from now on.
  void set_options(const WebSocketOptions& options);
  /// After the answer of 101: `received` is what the client sent behind its request. on_open() is called before this
  /// returns. `max_message`: instead of the options', when not 0.
  void open(EngineStream stream, std::vector<std::uint8_t> received, std::unique_ptr<TextPeer> peer,
            std::size_t max_message = 0);
  /// Closes all with going_away. Their peers' on_closed() is called before this returns. Not from within a peer's call.
  void stop();

  /// With those that are ending.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] const WebSocketCounters& counters() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace turnpike::control
