#include "turnpike/control/time_text.hpp"

#include <fmt/chrono.h>

namespace turnpike::control {

std::string show_time(UnixSeconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count())));
}

}  // namespace turnpike::control
