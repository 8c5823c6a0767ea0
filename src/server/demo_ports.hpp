#pragma once

#include <functional>

#include "server/config.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::server {

/// Whether a listener could be bound: no error, or why not. Replaced in tests.
using PortProbe = std::function<error_code(const ListenUrl&)>;

/// Binds and lets go again. Without SO_REUSEPORT: with it, a second server of the same user would get a share of the
/// first one's clients instead of an error.
[[nodiscard]] error_code probe_port(const ListenUrl& listener);

/// The demo's listeners when nobody chose any: STUN and TURN where the configuration says, and for the page http on
/// port 8080 and https on port 8443, both address families, or on the first ports after these that are free. A page
/// listener for which twenty ports are taken is left out. Throws std::runtime_error, with what to do, when somebody
/// else serves STUN and TURN here already.
void choose_demo_ports(Config& config, const PortProbe& probe);

}  // namespace turnpike::server
