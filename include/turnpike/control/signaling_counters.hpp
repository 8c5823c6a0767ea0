#pragma once

#include <array>
#include <cstdint>

#include "turnpike/rooms/room_core.hpp"

namespace turnpike::control {

struct WebSocketCounters {
  std::uint64_t opened = 0;
  std::uint64_t received = 0;  ///< messages
  std::uint64_t sent = 0;
  std::uint64_t slow_readers = 0;
  std::uint64_t silent = 0;           ///< no pong
  std::uint64_t protocol_errors = 0;  ///< 1002, 1003, 1007
  std::uint64_t too_big = 0;          ///< 1009
  std::uint64_t floods = 0;           ///< of control frames and fragments
  std::uint64_t unfinished = 0;       ///< messages that did not become whole in time, or held too much memory
};

struct SignalingCounters {
  rooms::RoomCore::Counters rooms;
  WebSocketCounters sockets;
  std::uint64_t room_count = 0;            ///< now
  std::uint64_t member_count = 0;          ///< now
  std::array<std::uint64_t, 3> clients{};  ///< connected now, by rooms::DialectTag
  std::uint64_t bad_origins = 0;
  std::uint64_t bad_tokens = 0;
  std::uint64_t floods = 0;  ///< clients closed because they went on although they were rate-limited
};

}  // namespace turnpike::control
