#pragma once

#include <functional>

#include "control/gate.hpp"
#include "control/router.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/backend.hpp"
#include "turnpike/control/control_settings.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {

/// What handlers work with. Outlives the router.
struct RouteContext {
  Gate& gate;
  Backend& backend;
  Random& random;
  std::function<Now()> clock;
  std::function<bool(const StoredRevocation&)> keep_revocation;
  std::shared_ptr<const ControlSettings> settings;  ///< replaced whole at a reload
  std::uint64_t credentials_minted = 0;
};

// Each stands in its own files.
/// /api/v1/credentials, /api/v1/ice-servers.
void add_credential_routes(Router& router, RouteContext& context);
/// The shapes that other software speaks: TURN REST draft, Cloudflare, Twilio, Metered, Matrix.
void add_foreign_routes(Router& router, RouteContext& context);
/// POST /api/v1/check-credentials.
void add_check_routes(Router& router, RouteContext& context);
/// /api/v1/allocations, DELETE /api/v1/credentials/{username}.
void add_session_routes(Router& router, RouteContext& context);
/// /api/v1/status, drain, reload; /healthz, /readyz; /metrics.
void add_operation_routes(Router& router, RouteContext& context);

}  // namespace turnpike::control
