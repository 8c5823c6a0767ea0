#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "control/routes.hpp"

namespace turnpike::control {

enum class RevocationOutcome : std::uint8_t {
  done,             ///< refused everywhere from now on, and written down
  not_stored,       ///< refused everywhere, but forgotten at a restart
  malformed,        ///< not EXPIRY:USER nor a bare EXPIRY: nothing that was ever minted
  expired_already,  ///< refused by itself; allocations that still lived by it have ended
  no_room,          ///< the workers keep too many revocations already: not refused before the next start, if ever
};

/// Ends an ephemeral username before its time: no new allocation, no refresh, and its live allocations end. Kept until
/// the credential would have expired by itself. `then` is called once, at once or later, on the control loop.
void revoke_username(RouteContext& context, std::string username, std::function<void(RevocationOutcome)> then);

}  // namespace turnpike::control
