#pragma once

#include <vector>

#include "server/config.hpp"
#include "server/ice_servers.hpp"
#include "server/runtime_addresses.hpp"

namespace turnpike::server {

/// Where clients are to be sent: server.host when it is set; else the listeners as the world sees them, without
/// loopback and link-local addresses unless there is nothing else.
[[nodiscard]] std::vector<PublicPlace> public_places(const Config& config, const RuntimeAddresses& addresses);

}  // namespace turnpike::server
