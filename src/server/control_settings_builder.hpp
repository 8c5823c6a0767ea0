#pragma once

#include "server/config.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/control/control_settings.hpp"

namespace turnpike::server {

/// The control plane's view of a checked configuration. `addresses` were resolved after binding, so that its listeners
/// have the real ports. `random` salts the keys of the configuration.
[[nodiscard]] control::ControlSettings make_control_settings(const Config& config, const RuntimeAddresses& addresses,
                                                             Random& random);

}  // namespace turnpike::server
