#include "control/credential_issuer.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/object.hpp>

namespace turnpike::control {
namespace {

Seconds choose_ttl(const ControlSettings& settings, const ApiKeyGrant& grant, const CredentialRequest& request) {
  Seconds ttl = std::min(request.ttl.value_or(settings.default_ttl), settings.max_ttl);
  if (grant.ttl_cap) ttl = std::min(ttl, *grant.ttl_cap);
  return std::max(ttl, Seconds{1});
}

}  // namespace

Result<IssuedCredential, RequestFault> issue_credential(RouteContext& context, const ApiKeyGrant& grant,
                                                        const CredentialRequest& request) {
  const ControlSettings& settings = *context.settings;
  if (!request.user.empty() && !is_acceptable_user(request.user)) {
    return RequestFault{http::status::bad_request,
                        "the user must be 1 to 490 bytes of UTF-8 without control characters"};
  }
  if (settings.secret.empty()) {
    return RequestFault{http::status::service_unavailable, "this server has no shared secret to sign credentials with"};
  }
  const Seconds ttl = choose_ttl(settings, grant, request);
  turn::EphemeralCredential minted = turn::mint_ephemeral(settings.secret, request.user, context.clock().wall + ttl);
  ++context.credentials_minted;
  return IssuedCredential{std::move(minted.username), std::move(minted.password), ttl, minted.expiry, settings.uris};
}

std::string draw_user(std::string_view name, Random& random) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kCount = 10;
  std::string user(name);
  user += '-';
  for (std::size_t i = 0; i < kCount; ++i) user += kLetters[random.below(kLetters.size())];
  return user;
}

boost::json::array to_ice_servers(const IssuedCredential& credential) {
  boost::json::array servers;
  if (!credential.uris.stun.empty()) {
    servers.push_back(boost::json::object{{"urls", to_json_array(credential.uris.stun)}});
  }
  if (!credential.uris.turn.empty()) {
    servers.push_back(boost::json::object{{"urls", to_json_array(credential.uris.turn)},
                                          {"username", to_json_text(credential.username)},
                                          {"credential", to_json_text(credential.password)}});
  }
  return servers;
}

boost::json::array to_json_array(const std::vector<std::string>& texts) {
  boost::json::array array;
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(to_json_text(text));
  return array;
}

}  // namespace turnpike::control
