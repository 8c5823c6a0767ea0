#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rooms/kept_notices.hpp"
#include "rooms/message_rate.hpp"
#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::rooms {

struct Member;
struct Room;

/// What ends with time: the place of a member whose socket is lost, a room without members. The order of what is due at
/// once is the order in which it was put in.
using Deadlines = std::multimap<Instant, std::variant<Member*, Room*>>;

/// A connection.
struct Client {
  ClientId id{};
  IpAddress address;
  MessageRate rate{};
  Member* member = nullptr;
};

/// Somebody in a room, over all its sockets.
struct Member {
  Member(Room& its_room, std::uint64_t its_serial, JoinRequest request, UnixSeconds joined)
      : room(its_room),
        serial(its_serial),
        user(std::move(request.user)),
        name(std::move(request.name)),
        owner(std::move(request.owner)),
        may(request.may),
        dialect(request.dialect),
        hidden(request.hidden),
        keeps_place(request.keeps_place),
        since(joined) {}

  Room& room;
  std::uint64_t serial;  ///< counts the room's members, from 1: the order of joining
  std::string user;
  std::string name;
  std::string owner;
  Permissions may;
  std::uint8_t dialect;
  bool hidden;
  bool keeps_place;
  bool is_overdue = false;  ///< more was to be kept than may be: about to end, and told nothing any more
  UnixSeconds since;

  Client* client = nullptr;                         ///< none: its socket is lost
  std::optional<Deadlines::iterator> place_ends{};  ///< just then
  std::array<std::uint8_t, 16> secret{};            ///< for resuming
  std::uint64_t last_sequence = 0;                  ///< of what it was to be told
  std::uint64_t last_on_socket = 0;                 ///< when the socket was lost
  KeptNotices::Queue kept{};
};

struct Room {
  std::string_view id;  ///< the key in the table of rooms
  IpAddress maker;
  UnixSeconds since{};
  std::uint64_t messages = 0;
  std::uint64_t chats = 0;
  std::uint64_t last_serial = 0;
  std::map<std::uint64_t, std::unique_ptr<Member>> members{};  ///< by serial
  std::map<std::string_view, Member*> by_user{};
  std::vector<Member*> visible{};  ///< those who are not hidden, in the order of joining
  std::optional<Deadlines::iterator> ends{};

  [[nodiscard]] Member* find(std::string_view user) const {
    const auto found = by_user.find(user);
    return found == by_user.end() ? nullptr : found->second;
  }
};

}  // namespace turnpike::rooms
