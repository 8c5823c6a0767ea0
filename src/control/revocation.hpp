#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "control/routes.hpp"

namespace turnpike::control {

enum class RevocationOutcome : std::uint8_t {
  done,             ///< refused everywhere from now on, and written down
  not_stored,       ///< refused everywhere, but forgotten at a restart
  malformed,        ///< not EXPIRY:USER, a bare EXPIRY or *:USER: nothing that was ever minted
  too_far,          ///< expires later than anything that this key, or anybody, could have been given
  expired_already,  ///< refused by itself; allocations that still lived by it have ended
  no_room,          ///< the workers keep too many revocations already: not refused before the next start, if ever
};

/// Ends an ephemeral username before its time: no new allocation, no refresh, and its live allocations end. Kept until
/// the credential would have expired by itself, and so refused for what expires absurdly late: who may mint for an hour
/// must not be able to fill the table for ten years. "*:USER" ends all of USER's credentials that this key could have
/// made by now (see turn::RelayCore::revoke()), and until the last of them has expired also those made later that
/// expire before it. `grant`: of a local admin there is none. `then` is called once, at once or later, on the control
/// loop.
void revoke_username(RouteContext& context, std::string username, const std::optional<ApiKeyGrant>& grant,
                     std::function<void(RevocationOutcome)> then);

}  // namespace turnpike::control
