#pragma once

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 8656 section 8.2.
[[nodiscard]] Refused handle_refresh(CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
