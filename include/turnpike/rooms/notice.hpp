#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/rooms/client_id.hpp"
#include "turnpike/rooms/permissions.hpp"

namespace turnpike::rooms {

/// Bytes that the rooms carry and do not look into, shared by all to whom they go. Never null.
using Body = std::shared_ptr<const std::string>;

/// Why a member is no longer in its room.
enum class LeaveReason : std::uint8_t {
  left,
  disconnected,  ///< its socket was lost and the grace period is over
  replaced,      ///< somebody else joined under its user id
  kicked,
  closed,    ///< the room was
  overflow,  ///< while its socket was lost more was to be kept for it than may be
};
[[nodiscard]] std::string_view name_of(LeaveReason reason) noexcept;  ///< as above

/// Why a client's message is not obeyed. The names are those that clients see: "room-full".
enum class Refusal : std::uint8_t {
  bad_message,
  unauthorized,
  not_in_room,
  room_full,
  unknown_target,
  rate_limited,
  too_large,
  draining,
};
inline constexpr std::size_t kRefusals = 8;
[[nodiscard]] std::string_view name_of(Refusal refusal) noexcept;

struct Peer {
  std::string user;
  std::string name;
  friend bool operator==(const Peer&, const Peer&) = default;
};

// What a client is told. ------------------------------------------------------------------------------------------

/// It is in the room now. What is numbered goes on after the Delivery's sequence.
struct Joined {
  std::string room;
  std::string user;
  std::string name;
  std::vector<Peer> peers;  ///< the others, in the order in which they joined
  std::string resume;       ///< for JoinRequest::resume; new with every join; empty for who keeps no place
  bool resumed = false;  ///< it has taken its place back: nobody was told that it had gone, and what was meant for it
                         ///< meanwhile follows
  Permissions may;
};
struct PeerJoined {
  Peer peer;
};
struct PeerLeft {
  std::string user;
  LeaveReason reason = LeaveReason::left;
};
struct Signal {
  std::string from;
  std::uint8_t tag = 0;  ///< of the dialect that sent it; the rooms do not know what it means
  Body body;
};
struct Chat {
  std::string from;
  std::string name;
  std::string text;
  std::uint64_t id = 0;  ///< counts up in the room, from 1
  UnixSeconds at{};
};
/// A message that was held for somebody who has not come.
struct Undelivered {
  std::string target;
};
/// What it just asked for is not done.
struct Refused {
  Refusal code = Refusal::bad_message;
  std::string_view words;  ///< for people; static
};
/// It is in no room any more, without having left: replaced, kicked or closed.
struct Removed {
  LeaveReason reason = LeaveReason::kicked;
};

using Notice = std::variant<Joined, PeerJoined, PeerLeft, Signal, Chat, Undelivered, Refused, Removed>;

/// A notice on its way to one client. Numbered (from 1, without gaps, per member over all its sockets) are PeerJoined,
/// PeerLeft, Signal and Chat: those are what a resumed client neither misses nor gets twice. 0 with all others, except
/// Joined, which has the number of the last one before it.
struct Delivery {
  ClientId client{};
  std::uint64_t sequence = 0;
  std::shared_ptr<const Notice> notice;  ///< never null
};

}  // namespace turnpike::rooms
