#include "control/revocation.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "control/credential_request.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {
namespace {

constexpr std::string_view kEveryExpiry = "*:";

/// How long a credential that this key could have made lives at most.
Seconds find_furthest(const ControlSettings& settings, const std::optional<ApiKeyGrant>& grant) noexcept {
  const bool is_capped = grant && grant->ttl_cap && !grant->scopes.allows(Scope::admin);
  return is_capped ? std::min(*grant->ttl_cap, settings.max_ttl) : settings.max_ttl;
}

void refuse(RouteContext& context, StoredRevocation revocation, std::function<void(RevocationOutcome)> then) {
  std::string username = revocation.username;
  const UnixSeconds expiry = revocation.expiry;
  context.backend.revoke(
      std::move(username), expiry, [&context, revocation = std::move(revocation), then = std::move(then)](bool kept) {
        if (!kept) return then(RevocationOutcome::no_room);
        then(context.keep_revocation(revocation) ? RevocationOutcome::done : RevocationOutcome::not_stored);
      });
}

}  // namespace

void revoke_username(RouteContext& context, std::string username, const std::optional<ApiKeyGrant>& grant,
                     std::function<void(RevocationOutcome)> then) {
  constexpr std::size_t kMaxUsername = 508;  // RFC 8489 section 14.3
  const UnixSeconds now = context.clock().wall;
  const Seconds furthest = find_furthest(*context.settings, grant);
  if (username.starts_with(kEveryExpiry)) {
    if (!is_acceptable_user(std::string_view(username).substr(kEveryExpiry.size())))
      return then(RevocationOutcome::malformed);
    return refuse(context, {std::move(username), now + furthest}, std::move(then));
  }
  const auto parsed = turn::parse_ephemeral_username(username);
  if (!parsed || username.size() > kMaxUsername) return then(RevocationOutcome::malformed);
  const UnixSeconds expiry = parsed->expiry;
  if (expiry <= now) {
    // Refused by itself, but an allocation outlives its credential until the next Refresh.
    context.backend.revoke(std::move(username), expiry,
                           [then = std::move(then)](bool) { then(RevocationOutcome::expired_already); });
    return;
  }
  if (expiry - now > furthest) return then(RevocationOutcome::too_far);
  refuse(context, {std::move(username), expiry}, std::move(then));
}

}  // namespace turnpike::control
