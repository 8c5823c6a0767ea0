#pragma once

#include <memory>

#include "control/engineio_server.hpp"
#include "control/router.hpp"
#include "control/signaling.hpp"

namespace turnpike::control {

/// As add_socketio_routes(), which is this. The routes share what is returned, which goes with them.
std::shared_ptr<EngineIoServer> serve_socketio(Router& router, Signaling& signaling);

}  // namespace turnpike::control
