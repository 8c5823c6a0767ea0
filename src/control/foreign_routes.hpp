#pragma once

#include <string_view>

#include "control/routes.hpp"

namespace turnpike::control {

// Shapes that other software speaks. Their routes are open to the router: each takes its key where its service has it,
// asks the gate itself, and answers errors as its service does.

/// draft-uberti-behave-turn-rest-00, with what Janus and Nextcloud have made of it. Errors are problem documents.
[[nodiscard]] Response answer_turn_rest(RouteContext& context, const Exchange& exchange);
void add_turn_rest_routes(Router& router, RouteContext& context);

/// POST /v1/turn/keys/{id}/credentials/generate-ice-servers.
[[nodiscard]] Response answer_cloudflare_list(RouteContext& context, const Exchange& exchange);
/// The older POST /v1/turn/keys/{id}/credentials/generate: one object instead of two.
[[nodiscard]] Response answer_cloudflare_single(RouteContext& context, const Exchange& exchange);
/// POST /v1/turn/keys/{id}/credentials/{username}/revoke.
void revoke_as_cloudflare(RouteContext& context, const Exchange& exchange, const Reply& reply);
void add_cloudflare_routes(Router& router, RouteContext& context);

/// POST /2010-04-01/Accounts/{sid}/Tokens.json.
[[nodiscard]] Response answer_twilio(RouteContext& context, const Exchange& exchange);
void add_twilio_routes(Router& router, RouteContext& context);

/// POST /api/v1/turn/credential?secretKey=.
[[nodiscard]] Response create_metered(RouteContext& context, const Exchange& exchange);
/// GET /api/v1/turn/credentials?apiKey=, with an API key or with what create_metered() called so.
[[nodiscard]] Response fetch_metered(RouteContext& context, const Exchange& exchange);
void add_metered_routes(Router& router, RouteContext& context);

/// GET /_matrix/client/v3/voip/turnServer.
[[nodiscard]] Response answer_matrix(RouteContext& context, const Exchange& exchange);
void add_matrix_routes(Router& router, RouteContext& context);

/// Whether `id` is the id or the name of the key `text` that was admitted with `grant`: services put it into the path.
[[nodiscard]] bool is_id_or_name(std::string_view id, std::string_view text, const ApiKeyGrant& grant) noexcept;

/// A handler that answers at once.
[[nodiscard]] ExchangeHandler answer_with(RouteContext& context, Response (*answer)(RouteContext&, const Exchange&));

}  // namespace turnpike::control
