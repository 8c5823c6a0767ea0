#include <fmt/format.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <optional>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "control/compression.hpp"
#include "control/json_body.hpp"
#include "control/routes.hpp"
#include "control/session_json.hpp"

namespace turnpike::control {
namespace {

using Shared = std::shared_ptr<Exchange>;
namespace json = boost::json;

Response reload_answer(ReloadMode mode, const ReloadOutcome& outcome) {
  if (outcome.accepted) {
    return make_json(http::status::ok, json::object{{"applied", mode == ReloadMode::apply},
                                                    {"messages", to_json(outcome.messages)},
                                                    {"pending", to_json(outcome.pending)}});
  }
  Response response = make_problem(http::status::unprocessable_entity,
                                   "the configuration cannot be used; what was in effect before still is");
  json::value problem = json::parse(response.body());
  problem.as_object()["messages"] = to_json(outcome.messages);
  response.body() = json::serialize(problem);
  return response;
}

/// `?dry_run=true`; nothing when that cannot be understood: then nothing must be applied.
std::optional<ReloadMode> read_reload_mode(const Exchange& exchange) {
  const std::string* dry_run = exchange.find_query("dry_run");
  if (dry_run == nullptr || *dry_run == "false") return ReloadMode::apply;
  return *dry_run == "true" ? std::optional(ReloadMode::rehearse) : std::nullopt;
}

void reload(Backend& backend, const Exchange& exchange, const Reply& reply) {
  const auto mode = read_reload_mode(exchange);
  if (!mode) return reply(make_problem(http::status::bad_request, "dry_run: must be true or false"));
  backend.reload(*mode, [reply, mode](const ReloadOutcome& outcome) { reply(reload_answer(*mode, outcome)); });
}

/// `{"deadline": "5m"}`, or seconds as a number, or "none"; empty when nothing is said.
Result<std::string, RequestFault> read_drain_deadline(const Request& request) {
  const auto body = parse_json_body(request, EmptyBody::empty_object);
  if (!body) return body.error();
  if (body->empty()) return std::string();
  const json::value* deadline = body->if_contains("deadline");
  // A slip of the pen must not end live calls at the configured deadline instead.
  if (deadline == nullptr || body->size() > 1) {
    return RequestFault{http::status::bad_request, "the only member that there can be is \"deadline\""};
  }
  if (const auto* text = deadline->if_string(); text != nullptr && !text->empty()) return std::string(*text);
  error_code error;
  const auto seconds = deadline->to_number<std::uint32_t>(error);
  if (!error) return fmt::format("{}s", seconds);
  return RequestFault{http::status::bad_request,
                      R"(deadline: must be a duration such as "5m", whole seconds as a number, or "none")"};
}

void drain(Backend& backend, const Exchange& exchange, const Reply& reply) {
  auto deadline = read_drain_deadline(exchange.request);
  if (!deadline) return reply(make_problem(deadline.error().status, deadline.error().detail));
  backend.start_draining(std::move(*deadline), [reply](const DrainOutcome& outcome) {
    if (!outcome.mistake.empty()) return reply(make_problem(http::status::bad_request, outcome.mistake));
    json::object body = to_json(outcome.status);
    body["state"] = "draining";
    reply(make_json(http::status::accepted, body));
  });
}

Response readiness(const std::vector<std::string>& reasons) {
  if (reasons.empty()) return make_json(http::status::ok, json::object{{"status", "ready"}});
  return make_json(http::status::service_unavailable,
                   json::object{{"status", "not ready"}, {"reasons", to_json(reasons)}});
}

bool is_of_proxy(boost::beast::string_view name) {
  constexpr boost::beast::string_view kPrefix = "X-Forwarded-";
  return boost::beast::iequals(name, "Forwarded") || boost::beast::iequals(name, "Via") ||
         boost::beast::iequals(name, "X-Real-IP") || boost::beast::iequals(name.substr(0, kPrefix.size()), kPrefix);
}

/// By address, unless a proxy stands in front: then the address is the proxy's and says nothing.
bool may_scrape_without_key(const ControlSettings& settings, const Exchange& exchange) {
  const Request& request = exchange.request;
  if (exchange.caller.is_local_admin) return true;
  if (std::ranges::any_of(request, [](const auto& field) { return is_of_proxy(field.name_string()); })) return false;
  const IpAddress client = exchange.caller.client.address.unmapped();
  return std::ranges::any_of(settings.metrics_allow, [&](const IpPrefix& block) { return block.contains(client); });
}

Response metrics_answer(const Request& request, const std::vector<prometheus::MetricFamily>& families) {
  Response response;
  response.result(http::status::ok);
  response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
  response.body() = prometheus::TextSerializer().Serialize(families);
  compress_if_accepted(request, response);
  return response;
}

void scrape(RouteContext& context, const Shared& exchange, Reply reply) {
  if (!may_scrape_without_key(*context.settings, *exchange)) {
    const auto grant = context.gate.admit(bearer_key(exchange->request), Scope::admin, *exchange, context.clock());
    if (!grant) return reply(make_refusal(grant.error()));
  }
  context.backend.collect_metrics(
      [exchange, reply = std::move(reply)](const std::vector<prometheus::MetricFamily>& families) {
        reply(metrics_answer(exchange->request, families));
      });
}

}  // namespace

void add_operation_routes(Router& router, RouteContext& context) {
  Backend& backend = context.backend;
  router.add(http::verb::get, "/api/v1/status", Access::admin, [&backend](const Shared&, const Reply& reply) {
    backend.status([reply](const ServerStatus& status) { reply(make_json(http::status::ok, to_json(status))); });
  });
  router.add(http::verb::post, "/api/v1/drain", Access::admin,
             [&backend](const Shared& exchange, const Reply& reply) { drain(backend, *exchange, reply); });
  router.add(http::verb::post, "/api/v1/reload", Access::admin,
             [&backend](const Shared& exchange, const Reply& reply) { reload(backend, *exchange, reply); });
  router.add(http::verb::get, "/healthz", Access::open, [](const Shared&, const Reply& reply) {
    reply(make_json(http::status::ok, json::object{{"status", "ok"}}));
  });
  router.add(http::verb::get, "/readyz", Access::open,
             [&backend](const Shared&, const Reply& reply) { reply(readiness(backend.unready_reasons())); });
  router.add(http::verb::get, "/metrics", Access::open,
             [&context](const Shared& exchange, Reply reply) { scrape(context, exchange, std::move(reply)); });
}

}  // namespace turnpike::control
