#pragma once

#include <string>

#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// RFC 3339 in UTC: "2033-05-18T03:33:19Z".
[[nodiscard]] std::string show_time(UnixSeconds time);

}  // namespace turnpike::control
