#pragma once

#include <optional>
#include <string>

#include "control/room_token.hpp"
#include "control/routes.hpp"

namespace turnpike::control {

/// Who is at the other end of a route that takes an API key or a room token: one of them.
struct Bearer {
  ApiKeyGrant grant;  ///< of a local admin that of all scopes
  std::optional<RoomClaims> claims;
};

/// "Authorization: Bearer TOKEN" when it is a token that verifies and signaling is on, otherwise the gate's word on it
/// as a key for `scope`: wrong tokens count as wrong keys do, and no token is taken where a key would not be. Refused:
/// the answer. What the claims allow is for the caller to look at.
[[nodiscard]] Result<Bearer, Response> admit_bearer(RouteContext& context, Scope scope, const Exchange& exchange);

/// 128 random bits as 22 letters, digits, `-` and `_`: a name that nobody can guess.
[[nodiscard]] std::string draw_id(Random& random);

}  // namespace turnpike::control
