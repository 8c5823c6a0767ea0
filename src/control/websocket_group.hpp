#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/websocket.hpp"

namespace turnpike::control {

class WebSocketSession;

/// What the WebSockets of a set share, and the sessions themselves. A session reaches it only while it is in it.
class WebSocketGroup : public std::enable_shared_from_this<WebSocketGroup> {
 public:
  WebSocketGroup(boost::asio::io_context& loop, const WebSocketOptions& options);

  /// `session` has frames to send: its flush() is called in the loop's next turn, once for all that came meanwhile.
  void want_flush(std::shared_ptr<WebSocketSession> session);
  /// A session's share of what waits for clients has changed.
  void account(std::size_t before, std::size_t now) noexcept { waiting_ = waiting_ - before + now; }
  /// Likewise of what is held of messages that are not whole yet.
  void account_held(std::size_t before, std::size_t now) noexcept { held_ = held_ - before + now; }
  /// Ends the session that holds most when all together hold more than receive_total: it may be any of them.
  void bound_held();
  /// Whether all together have more waiting than send_total. Looks again at each before it says so: nobody tells when
  /// the kernel has taken something.
  [[nodiscard]] bool is_full();
  /// What all read into: nothing in it outlives the call that reads.
  [[nodiscard]] MutableByteSpan scratch() noexcept { return scratch_; }
  [[nodiscard]] std::vector<std::shared_ptr<WebSocketSession>> all() const;

  boost::asio::io_context& loop;
  WebSocketOptions options;
  WebSocketCounters counters;
  std::unordered_map<const WebSocketSession*, std::shared_ptr<WebSocketSession>> sessions;

 private:
  void flush_all();

  std::vector<std::shared_ptr<WebSocketSession>> unflushed_;
  std::size_t waiting_ = 0;  // bytes; too many rather than too few
  std::size_t held_ = 0;     // bytes
  std::vector<std::uint8_t> scratch_;
};

}  // namespace turnpike::control
