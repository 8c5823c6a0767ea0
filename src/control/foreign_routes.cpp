#include "control/foreign_routes.hpp"

namespace turnpike::control {

bool is_id_or_name(std::string_view id, std::string_view text, const ApiKeyGrant& grant) noexcept {
  return id == grant.name || id == api_key_id(text);
}

ExchangeHandler answer_with(RouteContext& context, Response (*answer)(RouteContext&, const Exchange&)) {
  return [&context, answer](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
    reply(answer(context, *exchange));
  };
}

void add_foreign_routes(Router& router, RouteContext& context) {
  add_turn_rest_routes(router, context);
  add_cloudflare_routes(router, context);
  add_twilio_routes(router, context);
  add_metered_routes(router, context);
  add_matrix_routes(router, context);
}

}  // namespace turnpike::control
