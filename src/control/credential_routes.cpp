#include "control/credential_routes.hpp"

#include <fmt/format.h>

#include <ctime>
#include <utility>

#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "turnpike/control/time_text.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kTtlWords = "ttl must be a whole number of seconds, 1 to 100 years";
constexpr std::string_view kUserWords = "user: must be 1 to 490 bytes of UTF-8 without control characters";

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

Response answer(RouteContext& context, const Exchange& exchange, Result<CredentialRequest, RequestFault> wanted) {
  if (!wanted) return make_problem(wanted.error().status, wanted.error().detail);
  const ApiKeyGrant grant = grant_of(exchange);
  if (wanted->user.empty()) wanted->user = grant.name;
  const auto credential = issue_credential(context, grant, *wanted);
  if (!credential) return make_problem(credential.error().status, credential.error().detail);
  return make_json(http::status::ok, json::object{{"iceServers", to_ice_servers(*credential)},
                                                  {"username", to_json_text(credential->username)},
                                                  {"password", to_json_text(credential->password)},
                                                  {"ttl", credential->ttl.count()},
                                                  {"expiresAt", to_json_text(show_time(credential->expiry))}});
}

}  // namespace

Response answer_credentials(RouteContext& context, const Exchange& exchange) {
  return answer(context, exchange, read_body(exchange.request));
}

Response answer_ice_servers(RouteContext& context, const Exchange& exchange) {
  return answer(context, exchange, read_query(exchange));
}

void add_credential_routes(Router& router, RouteContext& context) {
  using Shared = std::shared_ptr<Exchange>;
  router.add(http::verb::post, "/api/v1/credentials", Access::credentials,
             [&context](const Shared& exchange, const Reply& reply) { reply(answer_credentials(context, *exchange)); });
  router.add(http::verb::get, "/api/v1/ice-servers", Access::credentials,
             [&context](const Shared& exchange, const Reply& reply) { reply(answer_ice_servers(context, *exchange)); });
}

}  // namespace turnpike::control
