#pragma once

#include <span>
#include <string>

#include "server/config.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/interfaces.hpp"

namespace turnpike::server {

/// What `turnpike serve` runs without a file: a secret that exists in memory only, and peers only on this machine.
[[nodiscard]] Config make_demo_config(std::span<const net::InterfaceAddress> interfaces, Random& random);

/// What the demo prints once it listens: ICE servers to paste, valid for a day, and what the demo is not for.
/// `addresses` were resolved after binding, so that its listeners have the real ports.
[[nodiscard]] std::string demo_banner(const Config& config, const RuntimeAddresses& addresses, UnixSeconds now);

}  // namespace turnpike::server
