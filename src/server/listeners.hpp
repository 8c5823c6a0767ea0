#pragma once

#include <cstdint>
#include <vector>

#include "server/config.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::server {

/// One socket for each listener, for one worker.
using ListenerSet = std::vector<net::UdpSocket>;

/// Binds every listener once per worker (SO_REUSEPORT: the kernel keeps one five-tuple on one worker) and puts the
/// ports that were really bound into `config.listen`. Unless somebody chose the listeners, one whose address family the
/// machine lacks is left out, of the configuration too. Throws std::runtime_error that names the listener and the
/// reason.
[[nodiscard]] std::vector<ListenerSet> bind_listeners(Config& config, std::uint32_t workers, bool chosen);

}  // namespace turnpike::server
