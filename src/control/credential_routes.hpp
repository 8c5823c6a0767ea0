#pragma once

#include "control/routes.hpp"

namespace turnpike::control {

/// POST /api/v1/credentials: user and ttl in a JSON object.
[[nodiscard]] Response answer_credentials(RouteContext& context, const Exchange& exchange);
/// GET /api/v1/ice-servers with an API key that has been admitted: user and ttl in the query.
[[nodiscard]] Response answer_ice_servers(RouteContext& context, const Exchange& exchange);
/// The same with whatever it came with: a key, or a room token, whose owner gets the credentials of a member.
[[nodiscard]] Response fetch_ice_servers(RouteContext& context, Exchange& exchange);

}  // namespace turnpike::control
