#include <algorithm>
#include <optional>
#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/foreign_routes.hpp"
#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

constexpr std::string_view kCredentialKeyPrefix = "tpc_";
constexpr std::size_t kMaxCredentialKey = 1024;
constexpr std::size_t kPasswordLength = 28;  // base64 of SHA-1's 20 bytes

/// What the create call says as `apiKey`: a browser gets its servers with it, and nothing else. It is the credential
/// itself in other letters, so that nothing has to be kept here.
std::string to_credential_key(const IssuedCredential& credential) {
  const std::string text = credential.username + ":" + credential.password;
  std::string key(kCredentialKeyPrefix);
  key.resize(kCredentialKeyPrefix.size() + (4 * text.size() + 2) / 3);
  base64url_encode(as_bytes(text), std::span(key).subspan(kCredentialKeyPrefix.size()));
  return key;
}

/// Nothing for a key that was not made here or has expired.
std::optional<IssuedCredential> read_credential_key(const RouteContext& context, std::string_view key) {
  const ControlSettings& settings = *context.settings;
  if (settings.secret.empty() || !key.starts_with(kCredentialKeyPrefix) || key.size() > kMaxCredentialKey) return {};
  key.remove_prefix(kCredentialKeyPrefix.size());
  std::vector<std::uint8_t> bytes(key.size() * 3 / 4);
  if (!base64url_decode(key, bytes) || bytes.size() < kPasswordLength + 2) return {};
  const std::string_view text = as_text(bytes);
  const std::string_view password = text.substr(text.size() - kPasswordLength);
  const std::string_view username = text.substr(0, text.size() - kPasswordLength - 1);
  if (!constant_time_equal(as_bytes(turn::ephemeral_password(settings.secret, username)), as_bytes(password)))
    return {};
  const auto parsed = turn::parse_ephemeral_username(username);
  const UnixSeconds now = context.clock().wall;
  if (!parsed || parsed->expiry <= now) return {};
  return IssuedCredential{std::string(username), std::string(password), parsed->expiry - now, parsed->expiry,
                          settings.uris};
}

/// `name` is "message" of the create call and "error" of the fetch call.
Response make_error(http::status status, std::string_view name, std::string_view words) {
  return make_json(status, json::object{{to_json_text(name), to_json_text(words)}});
}

Response metered_refusal(const GateRefusal& refusal, std::string_view name) {
  Response response = make_error(status_of(refusal.reason), name, explain(refusal.reason));
  set_refusal_fields(response, refusal);
  return response;
}

/// One URL each.
json::array to_flat_servers(const IssuedCredential& credential) {
  json::array servers;
  for (const std::string& uri : credential.uris.stun) servers.push_back(json::object{{"urls", to_json_text(uri)}});
  for (const std::string& uri : credential.uris.turn) {
    servers.push_back(json::object{{"urls", to_json_text(uri)},
                                   {"username", to_json_text(credential.username)},
                                   {"credential", to_json_text(credential.password)}});
  }
  return servers;
}

}  // namespace

Response create_metered(RouteContext& context, const Exchange& exchange) {
  const auto grant =
      context.gate.admit(exchange.query_text("secretKey"), Scope::credentials, exchange, context.clock());
  if (!grant) return metered_refusal(grant.error(), "message");
  const auto body = read_request_body(exchange.request, {.user = "label", .ttl = "expiryInSeconds"});
  if (!body) return make_error(body.error().status, "message", body.error().detail);
  const std::string label = body->user.value_or("");
  std::string user = label.empty() ? draw_user(grant->name, context.random) : label;
  const auto credential = issue_credential(context, *grant, {std::move(user), body->ttl});
  if (!credential) return make_error(credential.error().status, "message", credential.error().detail);
  return make_json(http::status::ok, json::object{{"username", to_json_text(credential->username)},
                                                  {"password", to_json_text(credential->password)},
                                                  {"expiryInSeconds", credential->ttl.count()},
                                                  {"label", to_json_text(label)},
                                                  {"apiKey", to_json_text(to_credential_key(*credential))}});
}

Response fetch_metered(RouteContext& context, const Exchange& exchange) {
  const std::string_view key = exchange.query_text("apiKey");
  if (context.gate.takes_keys_from(exchange.caller)) {
    if (const auto own = read_credential_key(context, key)) return make_json(http::status::ok, to_flat_servers(*own));
  }
  const auto grant = context.gate.admit(key, Scope::credentials, exchange, context.clock());
  if (!grant) return metered_refusal(grant.error(), "error");
  const auto credential = issue_credential(context, *grant, {draw_user(grant->name, context.random), std::nullopt});
  if (!credential) return make_error(credential.error().status, "error", credential.error().detail);
  return make_json(http::status::ok, to_flat_servers(*credential));
}

void add_metered_routes(Router& router, RouteContext& context) {
  router.add(http::verb::post, "/api/v1/turn/credential", Access::open, answer_with(context, create_metered));
  router.add(http::verb::get, "/api/v1/turn/credentials", Access::open, answer_with(context, fetch_metered));
}

}  // namespace turnpike::control
