#include <fmt/format.h>

#include "control/page_limit.hpp"
#include "control/revocation.hpp"
#include "control/routes.hpp"
#include "control/session_json.hpp"
#include "control/signaling.hpp"

namespace turnpike::control {
namespace {

struct ListQuery {
  turn::AllocationFilter filter;
  AllocationCursor from;
  std::size_t limit = kDefaultPage;
};

/// A parameter's value that cannot be taken, in words.
struct QueryMistake {
  std::string message;
};

Result<ListQuery, QueryMistake> parse_query(const Exchange& exchange) {
  ListQuery query;
  if (const std::string* user = exchange.find_query("user")) query.filter.user = *user;
  if (const std::string* client = exchange.find_query("client")) {
    query.filter.client = IpAddress::parse(*client);
    if (!query.filter.client) return QueryMistake{"client: must be an IP address without a port"};
    query.filter.client = query.filter.client->unmapped();
  }
  if (const std::string* room = exchange.find_query("room")) {
    if (room->empty()) return QueryMistake{"room: must be a room's id"};
    query.filter.group = room_group(*room);
  }
  if (const std::string* limit = exchange.find_query("limit")) {
    const auto parsed = parse_page_limit(*limit);
    if (!parsed) return QueryMistake{fmt::format("limit: must be a whole number from 1 to {}", kMaxPage)};
    query.limit = *parsed;
  }
  if (const std::string* cursor = exchange.find_query("cursor")) {
    const auto parsed = parse_allocation_cursor(*cursor);
    if (!parsed) return QueryMistake{"cursor: must be what `next` of the page before said"};
    query.from = *parsed;
  }
  return query;
}

Response no_such_allocation() { return make_problem(http::status::not_found, "there is no such allocation"); }

void list_allocations(Backend& backend, const Exchange& exchange, Reply reply) {
  auto query = parse_query(exchange);
  if (!query) return reply(make_problem(http::status::bad_request, query.error().message));
  backend.list_allocations(
      std::move(query->filter), query->from, query->limit,
      [reply = std::move(reply)](const AllocationList& list) { reply(make_json(http::status::ok, to_json(list))); });
}

void describe_allocation(Backend& backend, const Exchange& exchange, Reply reply) {
  const auto key = parse_allocation_key(exchange.parameters.front());
  if (!key) return reply(no_such_allocation());
  backend.describe_allocation(
      *key, [key = *key, reply = std::move(reply)](const std::optional<turn::AllocationDetails>& details) {
        reply(details ? make_json(http::status::ok, to_json(key, *details)) : no_such_allocation());
      });
}

void end_allocation(Backend& backend, const Exchange& exchange, Reply reply) {
  const auto key = parse_allocation_key(exchange.parameters.front());
  if (!key) return reply(no_such_allocation());
  backend.end_allocation(
      *key, [reply = std::move(reply)](bool existed) { reply(existed ? make_no_content() : no_such_allocation()); });
}

Response answer_to(RevocationOutcome outcome) {
  switch (outcome) {
    case RevocationOutcome::done:
    case RevocationOutcome::expired_already: return make_no_content();
    case RevocationOutcome::not_stored:
      return make_json(http::status::accepted, boost::json::object{{"revoked", true}, {"stored", false}});
    case RevocationOutcome::malformed:
      return make_problem(http::status::unprocessable_entity,
                          "this is no ephemeral username: it must be EXPIRY:USER or EXPIRY, or *:USER for all of them");
    case RevocationOutcome::too_far:
      return make_problem(http::status::unprocessable_entity,
                          "the username expires later than this key could have minted it for");
    case RevocationOutcome::no_room: break;
  }
  return make_problem(http::status::service_unavailable, "too many usernames are revoked already");
}

}  // namespace

void add_session_routes(Router& router, RouteContext& context) {
  Backend& backend = context.backend;
  using Shared = std::shared_ptr<Exchange>;
  router.add(http::verb::get, "/api/v1/allocations", Access::admin, [&backend](const Shared& exchange, Reply reply) {
    list_allocations(backend, *exchange, std::move(reply));
  });
  router.add(
      http::verb::get, "/api/v1/allocations/{id}", Access::admin,
      [&backend](const Shared& exchange, Reply reply) { describe_allocation(backend, *exchange, std::move(reply)); });
  router.add(http::verb::delete_, "/api/v1/allocations/{id}", Access::admin,
             [&backend](const Shared& exchange, Reply reply) { end_allocation(backend, *exchange, std::move(reply)); });
  // Who may mint may take back.
  router.add(http::verb::delete_, "/api/v1/credentials/{username}", Access::credentials,
             [&context](const Shared& exchange, const Reply& reply) {
               revoke_username(context, exchange->parameters.front(), exchange->grant,
                               [reply](RevocationOutcome outcome) { reply(answer_to(outcome)); });
             });
}

}  // namespace turnpike::control
