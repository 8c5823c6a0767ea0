#pragma once

#include <vector>

#include "server/config.hpp"
#include "server/ice_servers.hpp"
#include "server/runtime_addresses.hpp"

namespace turnpike::server {

/// Where clients are to be sent: server.host when it is set; else the listeners as the world sees them, without
/// loopback and link-local addresses unless there is nothing else. In the order in which clients should try: UDP, TCP,
/// TLS, DTLS. Listeners that take PROXY headers only count with server.host, as the proxies' name: they refuse clients
/// that come to their own address.
///
/// For TLS a name is worth setting: certificates hold names, and Firefox does not offer TLS to a bare address at all.
[[nodiscard]] std::vector<PublicPlace> public_places(const Config& config, const RuntimeAddresses& addresses);

}  // namespace turnpike::server
