#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/config.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/control/control_settings.hpp"

namespace turnpike::server {

/// Whether anything is there to do TLS with: of the configuration, or made up for the demo.
enum class Certificate : std::uint8_t { none, present };

/// The control plane's view of a checked configuration. `addresses` were resolved after binding, so that its listeners
/// have the real ports. `random` salts the keys of the configuration. `made_up_secret` signs room tokens when the
/// configuration has nothing to sign with: the same at every call, so that a reload takes nobody's token away.
[[nodiscard]] control::ControlSettings make_control_settings(const Config& config, const RuntimeAddresses& addresses,
                                                             Certificate certificate, Random& random,
                                                             std::string_view made_up_secret);

/// A secret for `made_up_secret`.
[[nodiscard]] std::string make_up_secret(Random& random);

}  // namespace turnpike::server
