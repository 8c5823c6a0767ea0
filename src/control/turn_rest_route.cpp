#include <algorithm>
#include <array>
#include <iterator>

#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/foreign_routes.hpp"
#include "control/form_body.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

/// The query, and of a POST the form behind it: Janus sends all of it in both.
Result<FormFields, RequestFault> read_fields(const Exchange& exchange) {
  FormFields fields = exchange.query;
  if (exchange.request.method() != http::verb::post) return fields;
  auto form = parse_form_body(exchange.request);
  if (!form) return form.error();
  std::move(form->begin(), form->end(), std::back_inserter(fields));
  return fields;
}

std::string_view text_of(const FormFields& fields, std::string_view name) noexcept {
  const std::string* value = find_field(fields, name);
  return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::string_view key_of(const FormFields& fields, const Request& request) noexcept {
  for (const std::string_view name : {"key", "api"}) {
    const std::string_view key = text_of(fields, name);
    if (!key.empty()) return key;
  }
  return bearer_key(request);
}

/// Its clients know 403 for keys that are missing or wrong, and no challenge.
Response turn_rest_refusal(const GateRefusal& refusal) {
  using Reason = GateRefusal::Reason;
  if (refusal.reason != Reason::no_key && refusal.reason != Reason::wrong_key) return make_refusal(refusal);
  return make_problem(http::status::forbidden, explain(refusal.reason));
}

/// Janus takes the text behind the first colon after the host for a port, and so breaks on IPv6 literals. Where there
/// is nothing else they are still better than an empty list.
std::vector<std::string> without_ipv6_literals(const std::vector<std::string>& uris) {
  std::vector<std::string> others;
  std::copy_if(uris.begin(), uris.end(), std::back_inserter(others),
               [](const std::string& uri) { return uri.find('[') == std::string::npos; });
  return others.empty() ? uris : others;
}

}  // namespace

Response answer_turn_rest(RouteContext& context, const Exchange& exchange) {
  const auto fields = read_fields(exchange);
  if (!fields) return make_problem(fields.error().status, fields.error().detail);
  if (text_of(*fields, "service") != "turn") return make_problem(http::status::bad_request, "service: must be turn");
  const auto grant =
      context.gate.admit(key_of(*fields, exchange.request), Scope::credentials, exchange, context.clock());
  if (!grant) return turn_rest_refusal(grant.error());
  if (context.settings->uris.turn.empty()) return make_problem(http::status::not_found, "there is no TURN server");
  const auto credential = issue_credential(context, *grant, {std::string(text_of(*fields, "username")), std::nullopt});
  if (!credential) return make_problem(credential.error().status, credential.error().detail);
  return make_json(http::status::ok,
                   json::object{{"username", to_json_text(credential->username)},
                                {"password", to_json_text(credential->password)},
                                {"ttl", credential->ttl.count()},
                                {"uris", to_json_array(without_ipv6_literals(credential->uris.turn))}});
}

void add_turn_rest_routes(Router& router, RouteContext& context) {
  for (const char* path : {"/turn", "/turn/credentials", "/api/turn"}) {
    router.add(http::verb::get, path, Access::open, answer_with(context, answer_turn_rest));
    router.add(http::verb::post, path, Access::open, answer_with(context, answer_turn_rest));
  }
}

}  // namespace turnpike::control
