#pragma once

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 6062 section 5.2. Asks for the connection; complete_connect() answers when it is there.
[[nodiscard]] Refused handle_connect(CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
