#include "control/revocation.hpp"

#include <algorithm>
#include <utility>

#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {

void revoke_username(RouteContext& context, std::string username, const std::optional<ApiKeyGrant>& grant,
                     std::function<void(RevocationOutcome)> then) {
  constexpr std::size_t kMaxUsername = 508;  // RFC 8489 section 14.3
  const auto parsed = turn::parse_ephemeral_username(username);
  if (!parsed || username.size() > kMaxUsername) return then(RevocationOutcome::malformed);
  const UnixSeconds expiry = parsed->expiry;
  const UnixSeconds now = context.clock().wall;
  if (expiry <= now) {
    // Refused by itself, but an allocation outlives its credential until the next Refresh.
    context.backend.revoke(std::move(username), expiry,
                           [then = std::move(then)](bool) { then(RevocationOutcome::expired_already); });
    return;
  }
  const bool is_capped = grant && grant->ttl_cap && !grant->scopes.allows(Scope::admin);
  const Seconds furthest = is_capped ? std::min(*grant->ttl_cap, context.settings->max_ttl) : context.settings->max_ttl;
  if (expiry - now > furthest) return then(RevocationOutcome::too_far);
  StoredRevocation revocation{username, expiry};
  context.backend.revoke(
      std::move(username), expiry, [&context, revocation = std::move(revocation), then = std::move(then)](bool kept) {
        if (!kept) return then(RevocationOutcome::no_room);
        then(context.keep_revocation(revocation) ? RevocationOutcome::done : RevocationOutcome::not_stored);
      });
}

}  // namespace turnpike::control
