#pragma once

#include <string>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::probe {

/// The addresses of a name, in the system's order and each once; of an address itself. errc::timed_out when the system
/// takes longer than `patience`.
[[nodiscard]] Result<std::vector<IpAddress>> resolve_host(const std::string& host, Duration patience);

}  // namespace turnpike::probe
