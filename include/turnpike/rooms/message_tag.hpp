#pragma once

#include <cstdint>

namespace turnpike::rooms {

/// Signal::tag as the three dialects use it: by which name the sender called its message. The body is always the JSON
/// text of one value.
enum class MessageTag : std::uint8_t {
  signal,  ///< the body is the sender's `data`
  // Socket.IO's own events; the body is their object without `room`, `roomId`, `targetUserId` and `from`, and with its
  // `type` first if it has one. For the native dialect it has one in any case: the event's name, unless it says
  // another.
  offer,
  answer,
  candidate,
  // PeerJS; the body is its `payload`, or null.
  peerjs_offer,
  peerjs_answer,
  peerjs_candidate,
  peerjs_leave,
};

/// JoinRequest::dialect.
enum class DialectTag : std::uint8_t { native, peerjs, socketio };

}  // namespace turnpike::rooms
