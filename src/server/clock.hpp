#pragma once

#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// Reads both clocks. The one place that does: workers call it once a turn and tell everybody else.
[[nodiscard]] Now sample_now() noexcept;

}  // namespace turnpike::server
