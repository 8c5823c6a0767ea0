#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/foreign_routes.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

/// Matrix client-server API, "Standard error response".
json::object make_error(std::string_view code, std::string_view words) {
  return {{"errcode", to_json_text(code)}, {"error", to_json_text(words)}};
}

std::string_view code_of(GateRefusal::Reason reason) noexcept {
  using Reason = GateRefusal::Reason;
  switch (reason) {
    case Reason::no_key: return "M_MISSING_TOKEN";
    case Reason::wrong_key: return "M_UNKNOWN_TOKEN";
    case Reason::wrong_scope:
    case Reason::wrong_origin:
    case Reason::plain_http: return "M_FORBIDDEN";
    case Reason::key_rate:
    case Reason::slowed_source: break;
  }
  return "M_LIMIT_EXCEEDED";
}

Response matrix_refusal(const GateRefusal& refusal) {
  json::object body = make_error(code_of(refusal.reason), explain(refusal.reason));
  const http::status status = status_of(refusal.reason);
  if (status == http::status::too_many_requests) {
    body["retry_after_ms"] = std::chrono::milliseconds(refusal.retry_after).count();
  }
  Response response = make_json(status, body);
  set_refusal_fields(response, refusal);
  return response;
}

Response matrix_refusal(const RequestFault& fault) {
  const bool is_theirs = fault.status == http::status::bad_request;
  return make_json(fault.status, make_error(is_theirs ? "M_INVALID_PARAM" : "M_UNKNOWN", fault.detail));
}

}  // namespace

Response answer_matrix(RouteContext& context, const Exchange& exchange) {
  const auto grant = context.gate.admit(bearer_key(exchange.request), Scope::credentials, exchange, context.clock());
  if (!grant) return matrix_refusal(grant.error());
  // Homeservers put the whole Matrix id there, "@alice:example.org": opaque, colon and all.
  const std::string* id = exchange.find_query("user_id");
  const auto credential =
      issue_credential(context, *grant, {id == nullptr || id->empty() ? grant->name : *id, std::nullopt});
  if (!credential) return matrix_refusal(credential.error());
  return make_json(http::status::ok, json::object{{"username", to_json_text(credential->username)},
                                                  {"password", to_json_text(credential->password)},
                                                  {"ttl", credential->ttl.count()},
                                                  {"uris", to_json_array(credential->uris.turn)}});
}

void add_matrix_routes(Router& router, RouteContext& context) {
  for (const char* path : {"/_matrix/client/v3/voip/turnServer", "/_matrix/client/r0/voip/turnServer"}) {
    router.add(http::verb::get, path, Access::open, answer_with(context, answer_matrix));
  }
}

}  // namespace turnpike::control
