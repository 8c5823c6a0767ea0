#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json/serialize.hpp>

#include "control/credential_issuer.hpp"
#include "control/signaling_origin.hpp"
#include "control/signaling_state.hpp"
#include "turnpike/control/time_text.hpp"

// Who may come in, what is handed out to them, and how both are taken back.
namespace turnpike::control {
namespace {

using rooms::Delivery;

// Of every user id that a token names. No PeerJS client can say this for itself: see owner_of() there.
constexpr std::string_view kNamedOwner = "named";

std::string stun_alone(const IceUris& uris) {
  return boost::json::serialize(
      to_ice_servers({.username = {}, .password = {}, .ttl = {}, .expiry = {}, .uris = {uris.stun, {}}}));
}

}  // namespace

void Signaling::State::revoke(std::string user, std::function<void()> then) {
  const Seconds longest = std::min(settings().credential_ttl, context.settings->max_ttl);
  // A room token still fetches credentials while nobody may join: those are refused too, but for the last second's,
  // which are no other than the first ones of who may come back.
  const Seconds barred = std::chrono::floor<Seconds>(settings().limits.closed_room);
  StoredRevocation revocation{"*:" + std::move(user), now().wall + longest + std::max(barred - Seconds{1}, Seconds{0})};
  std::string pattern = revocation.username;
  const UnixSeconds expiry = revocation.expiry;
  context.backend.revoke(
      std::move(pattern), expiry,
      [weak = weak_from_this(), revocation = std::move(revocation), then = std::move(then)](bool kept) {
        const auto self = weak.lock();
        if (self && kept) static_cast<void>(self->context.keep_revocation(revocation));
        then();
      });
}

Result<Admission, std::string_view> Signaling::authorize(std::string_view token, std::string_view room,
                                                         std::string_view user) {
  if (token.empty()) {
    if (settings().auth == RoomAuth::open) return Admission{};
    return std::string_view("a room token is needed");
  }
  const auto refuse = [this](std::string_view words) {
    ++state_->bad_tokens;
    return words;
  };
  auto claims = verify_room_token(token, settings().token_secrets, now().wall);
  if (!claims) return refuse(explain(claims.error()));
  if (!claims->may_join) return refuse("the room token does not allow joining");
  if (!room.empty() && room != claims->room) return refuse("the room token is for another room");
  if (!user.empty() && !claims->user.empty() && user != claims->user) {
    return refuse("the room token is for another user");
  }
  std::string owner = claims->user.empty() ? std::string() : std::string(kNamedOwner);
  return Admission{std::move(claims->room), std::move(claims->user), std::move(claims->name), claims->may,
                   std::move(owner)};
}

Signaling::Grant Signaling::make_grant(std::string_view room, std::string_view user) {
  RouteContext& context = state_->context;
  const ControlSettings& all = *context.settings;
  Grant grant;
  grant.ice.ice_servers = stun_alone(all.uris);
  if (all.secret.empty()) return grant;
  const auto credential = issue_credential(context, {}, {room_user(room, user), settings().credential_ttl});
  if (!credential) return grant;
  grant.ice.ice_servers = boost::json::serialize(to_ice_servers(*credential));
  grant.ice.expires_at = show_time(credential->expiry);
  grant.renew_at = now().mono + Duration(credential->ttl) / 2;
  return grant;
}

bool Signaling::allows_origin(const Exchange& exchange) {
  if (is_allowed_origin(state_->context.gate, exchange)) return true;
  ++state_->bad_origins;
  return false;
}

void Signaling::close_room(std::string room, std::function<void(bool existed)> then) {
  const bool existed = state_->with_core(
      [&room](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { return core.close(room, at, out); });
  if (!existed) return then(false);
  state_->revoke(room_group(room), [then = std::move(then)] { then(true); });
}

void Signaling::kick(std::string room, std::string user, std::function<void(bool existed)> then) {
  const bool existed = state_->with_core(
      [&](rooms::RoomCore& core, Now at, std::vector<Delivery>& out) { return core.kick(room, user, at, out); });
  if (!existed) return then(false);
  state_->revoke(room_user(room, user), [then = std::move(then)] { then(true); });
}

}  // namespace turnpike::control
