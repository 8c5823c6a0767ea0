#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/routes.hpp"
#include "control/signaling_origin.hpp"
#include "control/source_slowdown.hpp"
#include "turnpike/control/time_text.hpp"
#include "turnpike/turn/credentials.hpp"

// Credentials for the connection test, which anybody may run: so these need no key, but are good for next to nothing
// else (see turn::kTrialUser).
namespace turnpike::control {
namespace {

namespace json = boost::json;
using Shared = std::shared_ptr<Exchange>;

Response make_wait(Seconds wait) {
  Response response = make_problem(http::status::too_many_requests, "too many connection tests from this address");
  response.set(http::field::retry_after, std::to_string(wait.count()));
  return response;
}

Response answer(RouteContext& context, SourceSlowdown& slowdown, const Exchange& exchange) {
  if (!context.settings->web.check) return make_problem(http::status::not_found);
  // Without it other people's pages could have their visitors draw them; to read them they could not anyway.
  if (!is_allowed_origin(context.gate, exchange)) return make_problem(http::status::forbidden, "not from this page");
  const IpAddress source = exchange.caller.client.address;
  const Instant now = context.clock().mono;
  if (const auto wait = slowdown.wait_of(source, now)) return make_wait(*wait);
  slowdown.count(source, now);
  const auto credential = issue_credential(context, {}, {std::string(turn::kTrialUser), turn::kTrialLifetime});
  if (!credential) return make_problem(credential.error().status, credential.error().detail);
  return make_json(http::status::ok, json::object{{"iceServers", to_ice_servers(*credential)},
                                                  {"username", to_json_text(credential->username)},
                                                  {"password", to_json_text(credential->password)},
                                                  {"ttl", credential->ttl.count()},
                                                  {"expiresAt", to_json_text(show_time(credential->expiry))},
                                                  {"reachesClient", context.backend.allows_peer(source)}});
}

}  // namespace

void add_check_routes(Router& router, RouteContext& context) {
  const auto slowdown = std::make_shared<SourceSlowdown>(KeyedHash::draw_key(context.random));
  router.add(http::verb::post, "/api/v1/check-credentials", Access::open,
             [&context, slowdown](const Shared& exchange, const Reply& reply) {
               reply(answer(context, *slowdown, *exchange));
             });
}

}  // namespace turnpike::control
