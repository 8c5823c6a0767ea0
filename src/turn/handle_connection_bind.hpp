#pragma once

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 6062 section 5.4, as far as it goes at the worker where the request came in; bind_connection() does the rest
/// where the peer connection is.
[[nodiscard]] Refused handle_connection_bind(CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
