#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rooms/address_tally.hpp"
#include "rooms/held_messages.hpp"
#include "rooms/kept_notices.hpp"
#include "rooms/room.hpp"
#include "rooms/tombstones.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::rooms {

/// What the procedures work on: each is a free function over this state, a client and a request.
struct CoreState {
  CoreState(const RoomLimits& room_limits, Random& source) : limits(room_limits), random(source) {}

  RoomLimits limits;
  Random& random;
  RoomCore::Counters counters;
  bool draining = false;

  std::unordered_map<ClientId, Client> clients;
  AddressTally clients_by_address;
  std::map<std::string, Room, std::less<>> rooms;
  AddressTally rooms_by_maker;
  std::size_t members = 0;

  Deadlines deadlines;
  KeptNotices kept;
  HeldMessages held;
  Tombstones tombstones;
  std::vector<Member*> overdue;  ///< Member::is_overdue; empty between two calls

  [[nodiscard]] Client* find_client(ClientId id) {
    const auto found = clients.find(id);
    return found == clients.end() ? nullptr : &found->second;
  }
  [[nodiscard]] Room* find_room(std::string_view id) {
    const auto found = rooms.find(id);
    return found == rooms.end() ? nullptr : &found->second;
  }
};

}  // namespace turnpike::rooms
