#pragma once

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 8656 section 10.2. All addresses of the request or none.
[[nodiscard]] Refused handle_create_permission(CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
