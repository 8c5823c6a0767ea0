#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/foreign_routes.hpp"
#include "control/revocation.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

/// The envelope of Cloudflare's v4 API.
Response make_error(http::status status, std::string_view message) {
  const json::object error{{"code", 10'000 + static_cast<int>(status)}, {"message", to_json_text(message)}};
  return make_json(
      status,
      json::object{
          {"result", nullptr}, {"success", false}, {"errors", json::array{error}}, {"messages", json::array{}}});
}

Response make_error(const RequestFault& fault) { return make_error(fault.status, fault.detail); }

Result<ApiKeyGrant, Response> admit(RouteContext& context, const Exchange& exchange) {
  const std::string_view key = bearer_key(exchange.request);
  auto grant = context.gate.admit(key, Scope::credentials, exchange, context.clock());
  if (!grant) {
    Response response = make_error(status_of(grant.error().reason), explain(grant.error().reason));
    set_refusal_fields(response, grant.error());
    return response;
  }
  if (!exchange.caller.is_local_admin && !is_id_or_name(exchange.parameters.front(), key, *grant)) {
    return make_error(http::status::forbidden, "the API token is not of this TURN key");
  }
  return *grant;
}

Result<IssuedCredential, Response> issue(RouteContext& context, const Exchange& exchange) {
  const auto grant = admit(context, exchange);
  if (!grant) return grant.error();
  auto body = read_request_body(exchange.request, {.user = "customIdentifier", .ttl = "ttl"});
  if (!body) return make_error(body.error());
  std::string user = std::move(body->user).value_or("");
  if (user.empty()) user = draw_user(grant->name, context.random);
  auto credential = issue_credential(context, *grant, {std::move(user), body->ttl});
  if (!credential) return make_error(credential.error());
  return *credential;
}

json::object to_single_server(const IssuedCredential& credential) {
  std::vector<std::string> urls = credential.uris.stun;
  urls.insert(urls.end(), credential.uris.turn.begin(), credential.uris.turn.end());
  return {{"urls", to_json_array(urls)},
          {"username", to_json_text(credential.username)},
          {"credential", to_json_text(credential.password)}};
}

Response answer_to(RevocationOutcome outcome) {
  switch (outcome) {
    case RevocationOutcome::done:
    case RevocationOutcome::expired_already: return make_no_content();
    case RevocationOutcome::not_stored:
      return make_json(http::status::accepted, json::object{{"revoked", true}, {"stored", false}});
    case RevocationOutcome::malformed:
    case RevocationOutcome::too_far:
      return make_error(http::status::unprocessable_entity, "the username was not made here");
    case RevocationOutcome::no_room: break;
  }
  return make_error(http::status::service_unavailable, "too many usernames are revoked already");
}

}  // namespace

Response answer_cloudflare_list(RouteContext& context, const Exchange& exchange) {
  const auto credential = issue(context, exchange);
  if (!credential) return credential.error();
  return make_json(http::status::created, json::object{{"iceServers", to_ice_servers(*credential)}});
}

Response answer_cloudflare_single(RouteContext& context, const Exchange& exchange) {
  const auto credential = issue(context, exchange);
  if (!credential) return credential.error();
  return make_json(http::status::created, json::object{{"iceServers", to_single_server(*credential)}});
}

void revoke_as_cloudflare(RouteContext& context, const Exchange& exchange, const Reply& reply) {
  const auto grant = admit(context, exchange);
  if (!grant) return reply(grant.error());
  revoke_username(context, exchange.parameters.back(), *grant,
                  [reply](RevocationOutcome outcome) { reply(answer_to(outcome)); });
}

void add_cloudflare_routes(Router& router, RouteContext& context) {
  router.add(http::verb::post, "/v1/turn/keys/{id}/credentials/generate-ice-servers", Access::open,
             answer_with(context, answer_cloudflare_list));
  router.add(http::verb::post, "/v1/turn/keys/{id}/credentials/generate", Access::open,
             answer_with(context, answer_cloudflare_single));
  router.add(http::verb::post, "/v1/turn/keys/{id}/credentials/{username}/revoke", Access::open,
             [&context](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
               revoke_as_cloudflare(context, *exchange, reply);
             });
}

}  // namespace turnpike::control
