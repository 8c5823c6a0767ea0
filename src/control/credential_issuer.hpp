#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/string_view.hpp>

#include "control/credential_request.hpp"
#include "control/json_body.hpp"
#include "control/routes.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {

/// A credential that was just minted, and where it is good.
struct IssuedCredential {
  std::string username;
  std::string password;
  Seconds ttl{0};
  UnixSeconds expiry{};
  IceUris uris;
};

/// Mints by the first secret. A TTL above the key's cap or the server's maximum is cut to that. 400 for a user that
/// is_acceptable_user() refuses, 503 when there is no secret to sign with.
[[nodiscard]] Result<IssuedCredential, RequestFault> issue_credential(RouteContext& context, const ApiKeyGrant& grant,
                                                                      const CredentialRequest& request);

/// "NAME-" and ten random letters: for shapes whose callers name nobody and expect every credential to have its own
/// quota.
[[nodiscard]] std::string draw_user(std::string_view name, Random& random);

/// What `new RTCPeerConnection` takes as iceServers: an entry for STUN and one for TURN, each only if it has URIs:
/// browsers refuse an entry without.
[[nodiscard]] boost::json::array to_ice_servers(const IssuedCredential& credential);

[[nodiscard]] inline boost::json::string_view to_json_text(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] boost::json::array to_json_array(const std::vector<std::string>& texts);

}  // namespace turnpike::control
