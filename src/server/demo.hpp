#pragma once

#include <span>

#include "server/config.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/net/interfaces.hpp"

namespace turnpike::server {

/// What `turnpike serve` runs without a file: a secret that exists in memory only, and peers only on this machine.
[[nodiscard]] Config make_demo_config(std::span<const net::InterfaceAddress> interfaces, Random& random);

}  // namespace turnpike::server
