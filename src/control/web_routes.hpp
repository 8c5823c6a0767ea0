#pragma once

#include "control/routes.hpp"

namespace turnpike::control {

/// The page: /, /r/{room}, /check, /admin, /turnpike-client.js and what belongs to them under /web.
void add_web_routes(Router& router, RouteContext& context);

}  // namespace turnpike::control
