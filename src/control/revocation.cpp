#include "control/revocation.hpp"

#include <utility>

#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {

void revoke_username(RouteContext& context, std::string username, std::function<void(RevocationOutcome)> then) {
  constexpr std::size_t kMaxUsername = 508;  // RFC 8489 section 14.3
  const auto parsed = turn::parse_ephemeral_username(username);
  if (!parsed || username.size() > kMaxUsername) return then(RevocationOutcome::malformed);
  const UnixSeconds expiry = parsed->expiry;
  if (expiry <= context.clock().wall) {
    // Refused by itself, but an allocation outlives its credential until the next Refresh.
    context.backend.revoke(std::move(username), expiry,
                           [then = std::move(then)](bool) { then(RevocationOutcome::expired_already); });
    return;
  }
  // Written down first: what the workers have no room for is at least known at the next start.
  const bool is_stored = context.keep_revocation({username, expiry});
  context.backend.revoke(std::move(username), expiry, [is_stored, then = std::move(then)](bool kept) {
    if (!kept) return then(RevocationOutcome::no_room);
    then(is_stored ? RevocationOutcome::done : RevocationOutcome::not_stored);
  });
}

}  // namespace turnpike::control
