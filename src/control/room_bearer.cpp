#include "control/room_bearer.hpp"

#include <array>
#include <utility>

#include "turnpike/base/base64.hpp"

namespace turnpike::control {

Result<Bearer, Response> admit_bearer(RouteContext& context, Scope scope, const Exchange& exchange) {
  const std::string_view text = bearer_key(exchange.request);
  const Now now = context.clock();
  const SignalingSettings& signaling = context.settings->signaling;
  std::optional<TokenFault> fault;
  if (signaling.enabled && looks_like_token(text) && context.gate.takes_keys_from(exchange.caller)) {
    auto claims = verify_room_token(text, signaling.token_secrets, now.wall);
    if (claims) return Bearer{{}, std::move(*claims)};
    fault = claims.error();
  }
  auto grant = context.gate.admit(text, scope, exchange, now);
  if (grant) return Bearer{std::move(*grant), std::nullopt};
  if (!fault || grant.error().reason != GateRefusal::Reason::wrong_key) return make_refusal(grant.error());
  Response response = make_problem(status_of(grant.error().reason), explain(*fault));
  set_refusal_fields(response, grant.error());
  return response;
}

std::string draw_id(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  std::string id(22, '\0');
  base64url_encode(bytes, id);
  return id;
}

}  // namespace turnpike::control
