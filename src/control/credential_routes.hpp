#pragma once

#include "control/routes.hpp"

namespace turnpike::control {

/// POST /api/v1/credentials: user and ttl in a JSON object.
[[nodiscard]] Response answer_credentials(RouteContext& context, const Exchange& exchange);
/// GET /api/v1/ice-servers: user and ttl in the query.
[[nodiscard]] Response answer_ice_servers(RouteContext& context, const Exchange& exchange);

}  // namespace turnpike::control
