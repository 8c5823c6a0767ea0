#pragma once

#include <optional>

#include "turn/core_state.hpp"
#include "turn/request.hpp"

namespace turnpike::turn {

/// RFC 8656 section 7.2. Asks for the relay sockets; complete_allocate() answers when they are there.
[[nodiscard]] Refused handle_allocate(CoreState& state, const Request& request) noexcept;

/// A relay socket of an unanswered Allocate is open at `local`, or could not be opened.
void on_relay_socket_opened(CoreState& state, Allocation& allocation, std::optional<Endpoint> local,
                            AddressFamily family, Now now, Outbox& outbox) noexcept;

/// The time-to-expiry of RFC 8656 section 7.2: at least the default, at most the maximum. Of a trial kTrialLifetime:
/// the section leaves it to the server to grant less than is asked for.
[[nodiscard]] Seconds clamp_lifetime(const CoreConfig& config, std::optional<std::uint32_t> requested,
                                     bool is_trial) noexcept;

}  // namespace turnpike::turn
