#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "control/basic_authorization.hpp"
#include "control/credential_issuer.hpp"
#include "control/foreign_routes.hpp"
#include "control/form_body.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr Seconds kMaxTtl{86'400};  // Twilio's own

/// Codes of Twilio's error dictionary.
int code_of(http::status status) noexcept {
  switch (status) {
    case http::status::unauthorized: return 20'003;
    case http::status::forbidden: return 20'403;
    case http::status::too_many_requests: return 20'429;
    case http::status::service_unavailable: return 20'503;
    default: return 20'001;
  }
}

Response make_error(http::status status, std::string_view message) {
  const int code = code_of(status);
  const std::string more = fmt::format("https://www.twilio.com/docs/errors/{}", code);
  return make_json(status, json::object{{"code", code},
                                        {"message", to_json_text(message)},
                                        {"more_info", to_json_text(more)},
                                        {"status", static_cast<unsigned>(status)}});
}

Response make_error(const RequestFault& fault) { return make_error(fault.status, fault.detail); }

Response twilio_refusal(const GateRefusal& refusal) {
  Response response = make_error(status_of(refusal.reason), explain(refusal.reason));
  set_refusal_fields(response, refusal);
  if (response.result() == http::status::unauthorized) {
    response.set(http::field::www_authenticate, R"(Basic realm="turnpike", charset="UTF-8")");
  }
  return response;
}

Result<ApiKeyGrant, Response> admit(RouteContext& context, const Exchange& exchange) {
  const BasicCredentials login = basic_credentials(exchange.request).value_or(BasicCredentials{});
  auto grant = context.gate.admit(login.password, Scope::credentials, exchange, context.clock());
  if (!grant) return twilio_refusal(grant.error());
  const std::string& sid = exchange.parameters.front();
  const bool is_own = sid == login.user && is_id_or_name(sid, login.password, *grant);
  if (!is_own && !exchange.caller.is_local_admin) return twilio_refusal({GateRefusal::Reason::wrong_key, Seconds{0}});
  return *grant;
}

Result<std::optional<Seconds>, RequestFault> read_ttl(const Request& request) {
  const auto form = parse_form_body(request);
  if (!form) return form.error();
  const std::string* text = find_field(*form, "Ttl");
  if (text == nullptr) return std::optional<Seconds>();
  const std::optional<Seconds> ttl = parse_ttl_digits(*text);
  if (!ttl || *ttl > kMaxTtl) return RequestFault{http::status::bad_request, "Ttl must be from 1 to 86400"};
  return ttl;
}

/// RFC 2822 section 3.3.
std::string show_date(UnixSeconds time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000",
                     fmt::gmtime(static_cast<std::time_t>(time.time_since_epoch().count())));
}

/// Flat objects of one URL each, under its present and its older name.
json::array to_flat_servers(const IssuedCredential& credential) {
  json::array servers;
  for (const std::string& uri : credential.uris.stun) {
    servers.push_back(json::object{{"url", to_json_text(uri)}, {"urls", to_json_text(uri)}});
  }
  for (const std::string& uri : credential.uris.turn) {
    servers.push_back(json::object{{"url", to_json_text(uri)},
                                   {"urls", to_json_text(uri)},
                                   {"username", to_json_text(credential.username)},
                                   {"credential", to_json_text(credential.password)}});
  }
  return servers;
}

}  // namespace

Response answer_twilio(RouteContext& context, const Exchange& exchange) {
  const auto grant = admit(context, exchange);
  if (!grant) return grant.error();
  const auto ttl = read_ttl(exchange.request);
  if (!ttl) return make_error(ttl.error());
  const auto credential = issue_credential(context, *grant, {draw_user(grant->name, context.random), *ttl});
  if (!credential) return make_error(credential.error());
  const std::string date = show_date(context.clock().wall);
  return make_json(http::status::created, json::object{{"account_sid", to_json_text(exchange.parameters.front())},
                                                       {"date_created", to_json_text(date)},
                                                       {"date_updated", to_json_text(date)},
                                                       {"username", to_json_text(credential->username)},
                                                       {"password", to_json_text(credential->password)},
                                                       {"ttl", to_json_text(std::to_string(credential->ttl.count()))},
                                                       {"ice_servers", to_flat_servers(*credential)}});
}

void add_twilio_routes(Router& router, RouteContext& context) {
  router.add(http::verb::post, "/2010-04-01/Accounts/{sid}/Tokens.json", Access::open,
             answer_with(context, answer_twilio));
}

}  // namespace turnpike::control
