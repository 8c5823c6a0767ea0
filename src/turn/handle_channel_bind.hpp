#pragma once

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 8656 section 12.2.
[[nodiscard]] Refused handle_channel_bind(CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
