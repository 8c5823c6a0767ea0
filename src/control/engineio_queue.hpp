#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::control {

[[nodiscard]] inline std::string packet_of(rooms::EngineType type) { return std::string(1, static_cast<char>(type)); }

/// Packets that wait for a client to poll.
class EngineIoQueue {
 public:
  /// Bytes of one answer, unless a single packet is longer.
  static constexpr std::size_t kMaxAnswer = 65'536;

  void push(std::string packet);
  /// The body that answers a poll, off the front. Not when there is nothing.
  [[nodiscard]] std::string take_answer();
  /// Everything, one by one.
  [[nodiscard]] std::deque<std::string> take_all();

  [[nodiscard]] bool empty() const noexcept { return packets_.empty(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::deque<std::string> packets_;
  std::size_t bytes_ = 0;
};

}  // namespace turnpike::control
