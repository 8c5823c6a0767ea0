#pragma once

#include <cstdint>
#include <vector>

#include "server/config.hpp"
#include "server/worker.hpp"

namespace turnpike::server {

/// Binds every listener once per worker (SO_REUSEPORT: the kernel keeps one five-tuple on one worker) and puts the
/// ports that were really bound into `config.listen`. Unless somebody chose the listeners, one whose address family the
/// machine lacks is left out, of the configuration too. A listener on [::] serves IPv4 as well, by a socket of its own
/// that is put into the configuration, unless the port is taken there. Throws std::runtime_error that names the
/// listener and the reason.
[[nodiscard]] std::vector<WorkerListeners> bind_listeners(Config& config, std::uint32_t workers, bool chosen,
                                                          bool with_tls);

}  // namespace turnpike::server
