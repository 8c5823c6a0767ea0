#include "control/credential_routes.hpp"

#include <fmt/format.h>

#include <ctime>
#include <utility>

#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/room_bearer.hpp"
#include "control/signaling.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/control/time_text.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kTtlWords = "ttl must be a whole number of seconds, 1 to 100 years";
constexpr std::string_view kUserWords = "user: must be 1 to 490 bytes of UTF-8 without control characters";
constexpr std::string_view kMemberWords = "user: must be 1 to 64 bytes of UTF-8 without control characters";

ApiKeyGrant grant_of(const Exchange& exchange) {
  if (exchange.grant) return *exchange.grant;
  ApiKeyGrant local;
  local.name = "local";
  return local;
}

RequestFault mistake(std::string_view words) { return {http::status::bad_request, std::string(words)}; }

Result<CredentialRequest, RequestFault> read_body(const Request& request) {
  auto body = read_request_body(request, {.user = "user", .ttl = "ttl"});
  if (!body) return body.error();
  if (body->user && body->user->empty()) return mistake(kUserWords);
  return CredentialRequest{std::move(body->user).value_or(""), body->ttl};
}

Result<CredentialRequest, RequestFault> read_query(const Exchange& exchange) {
  CredentialRequest wanted;
  if (const std::string* user = exchange.find_query("user")) {
    if (user->empty()) return mistake(kUserWords);
    wanted.user = *user;
  }
  if (const std::string* ttl = exchange.find_query("ttl")) {
    wanted.ttl = parse_ttl_digits(*ttl);
    if (!wanted.ttl) return mistake(kTtlWords);
  }
  return wanted;
}

Response answer(RouteContext& context, const ApiKeyGrant& grant, const CredentialRequest& wanted) {
  const auto credential = issue_credential(context, grant, wanted);
  if (!credential) return make_problem(credential.error().status, credential.error().detail);
  return make_json(http::status::ok, json::object{{"iceServers", to_ice_servers(*credential)},
                                                  {"username", to_json_text(credential->username)},
                                                  {"password", to_json_text(credential->password)},
                                                  {"ttl", credential->ttl.count()},
                                                  {"expiresAt", to_json_text(show_time(credential->expiry))}});
}

Response answer(RouteContext& context, const Exchange& exchange, Result<CredentialRequest, RequestFault> wanted) {
  if (!wanted) return make_problem(wanted.error().status, wanted.error().detail);
  const ApiKeyGrant grant = grant_of(exchange);
  if (wanted->user.empty()) wanted->user = grant.name;
  return answer(context, grant, *wanted);
}

/// With a room token: what its owner would get on joining.
Response answer_member(RouteContext& context, const Exchange& exchange, const RoomClaims& claims) {
  if (!claims.may_join) return make_problem(http::status::forbidden, "the room token does not allow joining");
  auto wanted = read_query(exchange);
  if (!wanted) return make_problem(wanted.error().status, wanted.error().detail);
  std::string user = claims.user.empty() ? wanted->user : claims.user;
  if (!wanted->user.empty() && wanted->user != user) {
    return make_problem(http::status::forbidden, "the room token is for another user");
  }
  if (user.empty()) user = draw_id(context.random);
  if (user.size() > rooms::kMaxUserId || !is_clean_text(user)) {
    return make_problem(http::status::bad_request, kMemberWords);
  }
  ApiKeyGrant grant;
  grant.ttl_cap = context.settings->signaling.credential_ttl;
  return answer(context, grant, {room_user(claims.room, user), wanted->ttl.value_or(*grant.ttl_cap)});
}

}  // namespace

Response answer_credentials(RouteContext& context, const Exchange& exchange) {
  return answer(context, exchange, read_body(exchange.request));
}

Response answer_ice_servers(RouteContext& context, const Exchange& exchange) {
  return answer(context, exchange, read_query(exchange));
}

Response fetch_ice_servers(RouteContext& context, Exchange& exchange) {
  auto bearer = admit_bearer(context, Scope::credentials, exchange);
  if (!bearer) return bearer.error();
  if (bearer->claims) return answer_member(context, exchange, *bearer->claims);
  if (!exchange.caller.is_local_admin) exchange.grant = std::move(bearer->grant);
  return answer_ice_servers(context, exchange);
}

void add_credential_routes(Router& router, RouteContext& context) {
  using Shared = std::shared_ptr<Exchange>;
  router.add(http::verb::post, "/api/v1/credentials", Access::credentials,
             [&context](const Shared& exchange, const Reply& reply) { reply(answer_credentials(context, *exchange)); });
  router.add(http::verb::get, "/api/v1/ice-servers", Access::open,
             [&context](const Shared& exchange, const Reply& reply) { reply(fetch_ice_servers(context, *exchange)); });
}

}  // namespace turnpike::control
