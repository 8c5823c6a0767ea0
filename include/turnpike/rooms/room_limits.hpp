#pragma once

#include <cstddef>
#include <cstdint>

#include "turnpike/base/time.hpp"

namespace turnpike::rooms {

/// Every bound of the room core. Lower ones at a reload hold for what comes, and end nothing.
struct RoomLimits {
  std::uint32_t clients = 10'000;           ///< connections at once
  std::uint32_t clients_per_address = 256;  ///< IPv6: per /64
  std::uint32_t rooms = 10'000;
  std::uint32_t rooms_per_address = 64;  ///< rooms that clients of one address have made and that are still there
  std::uint32_t members = 16;            ///< of a room, those in their grace period included
  std::size_t message_bytes = 65'536;    ///< of a signal's body or a chat's text
  /// Of one client; each begun 4 KiB counts as a message. Ten seconds' worth may come at once: a browser that meets a
  /// full room sends its candidates for every member at the same time.
  std::uint32_t messages_per_second = 50;
  Duration grace = Seconds{15};         ///< how long a lost client's place is kept
  std::uint32_t kept_messages = 256;    ///< for a resume, of one member
  std::size_t kept_bytes = 262'144;     ///< likewise
  std::size_t kept_total = 67'108'864;  ///< bytes kept for all members together
  Duration empty_room = Seconds{0};     ///< how long a room without members stays
  Duration closed_room = Seconds{60};   ///< how long nobody can join what was closed, or who was kicked come back
  Duration held = Seconds{5};           ///< how long a message waits for somebody who is not there yet
  std::uint32_t held_messages = 64;     ///< for one absent target
  std::uint32_t held_total = 10'000;    ///< for all of them
};

/// Bytes of the texts that name rooms and people.
inline constexpr std::size_t kMaxRoomId = 64;
inline constexpr std::size_t kMaxUserId = 64;
inline constexpr std::size_t kMaxName = 128;
inline constexpr std::size_t kMaxOwner = 1024;

}  // namespace turnpike::rooms
