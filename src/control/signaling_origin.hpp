#pragma once

#include <string_view>

#include "control/exchange.hpp"
#include "control/gate.hpp"

namespace turnpike::control {

/// Whether `origin` ("https://example.org:8443", RFC 6454 section 6.2) is of the host that a request's Host field
/// names. The origin's scheme is what decides which port goes without saying: behind a proxy ours may be another.
[[nodiscard]] bool is_same_origin(std::string_view origin, std::string_view host) noexcept;

/// What a request comes from: see Signaling::allows_origin().
[[nodiscard]] bool is_allowed_origin(const Gate& gate, const Exchange& exchange);

}  // namespace turnpike::control
