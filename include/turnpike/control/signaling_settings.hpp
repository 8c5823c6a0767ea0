#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::control {

/// Who may join rooms.
enum class RoomAuth : std::uint8_t {
  token,  ///< who has a room token
  open,   ///< everybody
};

/// What signaling goes by. Replaced whole at a reload.
struct SignalingSettings {
  bool enabled = true;
  RoomAuth auth = RoomAuth::token;
  std::vector<std::string> token_secrets;  ///< the first one signs; never empty
  rooms::RoomLimits limits;
  Seconds credential_ttl{43200};  ///< of what is handed out in rooms, cut to ControlSettings::max_ttl
  Duration heartbeat = Seconds{20};
  std::size_t send_queue = 262'144;     ///< bytes, for one client
  std::string peerjs_path = "/";        ///< begins and ends with a slash; at the start only
  std::string peerjs_key = "peerjs";    ///< at the start only
  bool peerjs_discovery = false;        ///< GET .../peers lists ids
  std::uint32_t peerjs_clients = 5000;  ///< in the one room that PeerJS clients share without tokens
};

}  // namespace turnpike::control
