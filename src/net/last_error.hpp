#pragma once

#include <cerrno>

#include "turnpike/base/result.hpp"

namespace turnpike::net {

/// errno as a value.
[[nodiscard]] inline error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

}  // namespace turnpike::net
