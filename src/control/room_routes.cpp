#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "control/credential_issuer.hpp"
#include "control/page_limit.hpp"
#include "control/room_bearer.hpp"
#include "control/signaling.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/control/time_text.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;
using Shared = std::shared_ptr<Exchange>;

Response not_found(std::string_view words) { return make_problem(http::status::not_found, words); }
Response no_such_room() { return not_found("there is no such room"); }
Response no_such_member() { return not_found("there is no such member in a room of that name"); }
Response mistake(std::string_view words) { return make_problem(http::status::bad_request, words); }

// Listing. ----------------------------------------------------------------------------------------------------------

std::string_view name_of(std::uint8_t dialect) noexcept {
  switch (static_cast<rooms::DialectTag>(dialect)) {
    case rooms::DialectTag::native: return "native";
    case rooms::DialectTag::peerjs: return "peerjs";
    case rooms::DialectTag::socketio: return "socket.io";
  }
  return "?";
}

json::object to_json(const rooms::RoomView& room) {
  return {{"id", to_json_text(room.id)},
          {"members", room.members},
          {"messages", room.messages},
          {"createdAt", show_time(room.since)}};
}

json::object to_json(const rooms::MemberView& member) {
  return {{"userId", to_json_text(member.peer.user)},
          {"name", to_json_text(member.peer.name)},
          {"dialect", to_json_text(name_of(member.dialect))},
          {"connected", member.connected},
          {"joinedAt", show_time(member.since)}};
}

Response list_rooms(const rooms::RoomCore& rooms, const Exchange& exchange) {
  std::size_t limit = kDefaultPage;
  if (const std::string* text = exchange.find_query("limit")) {
    const auto parsed = parse_page_limit(*text);
    if (!parsed) return mistake("limit: must be a whole number from 1 to 1000");
    limit = *parsed;
  }
  const std::string* cursor = exchange.find_query("cursor");
  const rooms::RoomPage page = rooms.list(cursor == nullptr ? std::string_view{} : *cursor, limit);
  json::array listed;
  for (const rooms::RoomView& room : page.rooms) listed.push_back(to_json(room));
  json::object body{{"rooms", std::move(listed)}, {"next", nullptr}};
  if (!page.next.empty()) body["next"] = to_json_text(page.next);
  return make_json(http::status::ok, body);
}

Response describe_room(const rooms::RoomCore& rooms, const std::string& id) {
  const auto room = rooms.find(id);
  if (!room) return no_such_room();
  json::object body = to_json(*room);
  json::array members;
  for (const rooms::MemberView& member : rooms.members(id)) members.push_back(to_json(member));
  body["members"] = std::move(members);
  return make_json(http::status::ok, body);
}

// Ending. -----------------------------------------------------------------------------------------------------------

/// With a key, or with a token of that room that allows it.
std::optional<Response> find_obstacle_to_closing(RouteContext& context, const Exchange& exchange,
                                                 const std::string& room) {
  const auto bearer = admit_bearer(context, Scope::rooms, exchange);
  if (!bearer) return bearer.error();
  if (!bearer->claims) return std::nullopt;
  if (bearer->claims->room != room) return make_problem(http::status::forbidden, "the room token is for another room");
  if (!bearer->claims->may.close) {
    return make_problem(http::status::forbidden, "the room token does not allow closing the room");
  }
  return std::nullopt;
}

void close_room(RouteContext& context, Signaling& signaling, const Exchange& exchange, const Reply& reply) {
  const std::string& room = exchange.parameters.front();
  if (auto obstacle = find_obstacle_to_closing(context, exchange, room)) return reply(std::move(*obstacle));
  signaling.close_room(room, [reply](bool existed) { reply(existed ? make_no_content() : no_such_room()); });
}

void kick(Signaling& signaling, const Exchange& exchange, const Reply& reply) {
  signaling.kick(exchange.parameters.front(), exchange.parameters.back(),
                 [reply](bool existed) { reply(existed ? make_no_content() : no_such_member()); });
}

// Tokens. -----------------------------------------------------------------------------------------------------------

/// False when the member is there and is no text of that many bytes without control characters.
bool read_text(const json::object& body, json::string_view name, std::size_t shortest, std::size_t longest,
               std::string& out) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return true;
  const json::string* text = value->if_string();
  if (text == nullptr || text->size() < shortest || text->size() > longest) return false;
  out.assign(text->data(), text->size());
  return is_clean_text(out);
}

/// False when there is such a member, and it is no list of these words alone.
bool read_allow(const json::object& body, RoomClaims& claims) {
  const json::value* value = body.if_contains("allow");
  if (value == nullptr) return true;
  const json::array* words = value->if_array();
  if (words == nullptr) return false;
  claims.may_join = false;
  claims.may = {.publish = false, .close = false};
  for (const json::value& word : *words) {
    bool* const allowed = word == "join"      ? &claims.may_join
                          : word == "publish" ? &claims.may.publish
                          : word == "close"   ? &claims.may.close
                                              : nullptr;
    if (allowed == nullptr) return false;
    *allowed = true;
  }
  return true;
}

Result<RoomClaims, RequestFault> read_claims(RouteContext& context, const Exchange& exchange) {
  constexpr Seconds kDefaultTtl{3600};
  constexpr Seconds kMaxTtl{30 * 86'400};
  const auto refuse = [](const char* words) { return RequestFault{http::status::bad_request, words}; };
  const auto body = parse_json_body(exchange.request, EmptyBody::empty_object);
  if (!body) return body.error();
  RoomClaims claims;
  if (!read_text(*body, "room", 1, rooms::kMaxRoomId, claims.room)) {
    return refuse("room: must be 1 to 64 bytes of UTF-8 without control characters");
  }
  if (!read_text(*body, "user", 1, rooms::kMaxUserId, claims.user)) {
    return refuse("user: must be 1 to 64 bytes of UTF-8 without control characters");
  }
  if (!read_text(*body, "name", 0, rooms::kMaxName, claims.name)) {
    return refuse("name: must be up to 128 bytes of UTF-8 without control characters");
  }
  if (!read_allow(*body, claims)) return refuse(R"(allow: must be a list of "join", "publish" and "close")");
  const json::value* asked = body->if_contains("ttl");
  auto ttl = asked == nullptr ? std::optional(kDefaultTtl) : parse_ttl_number(*asked);
  if (!ttl || *ttl > kMaxTtl) return refuse("ttl: must be a whole number of seconds, 1 to 30 days");
  if (exchange.grant && exchange.grant->ttl_cap) ttl = std::min(*ttl, *exchange.grant->ttl_cap);
  claims.expiry = context.clock().wall + *ttl;
  return claims;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(to_json_text(text));
}

Response make_token(RouteContext& context, const Exchange& exchange) {
  auto claims = read_claims(context, exchange);
  if (!claims) return make_problem(claims.error().status, claims.error().detail);
  if (claims->room.empty()) claims->room = draw_id(context.random);
  json::array allow;
  if (claims->may_join) allow.emplace_back("join");
  if (claims->may.publish) allow.emplace_back("publish");
  if (claims->may.close) allow.emplace_back("close");
  const std::string& secret = context.settings->signaling.token_secrets.front();
  return make_json(http::status::ok, json::object{{"token", sign_room_token(*claims, secret, context.clock().wall)},
                                                  {"room", to_json_text(claims->room)},
                                                  {"user", text_or_null(claims->user)},
                                                  {"name", text_or_null(claims->name)},
                                                  {"allow", std::move(allow)},
                                                  {"expiresAt", show_time(claims->expiry)}});
}

}  // namespace

void add_room_routes(Router& router, RouteContext& context, Signaling& signaling) {
  // Without signaling there are no rooms, whoever asks.
  const auto add = [&router, &context](http::verb method, const char* pattern, Access access, ExchangeHandler handler) {
    router.add(method, pattern, access, [&context, handler = std::move(handler)](const Shared& exchange, Reply reply) {
      if (!context.settings->signaling.enabled) return reply(make_problem(http::status::not_found));
      handler(exchange, std::move(reply));
    });
  };
  add(http::verb::get, "/api/v1/rooms", Access::rooms,
      [&signaling](const Shared& exchange, const Reply& reply) { reply(list_rooms(signaling.rooms(), *exchange)); });
  add(http::verb::get, "/api/v1/rooms/{id}", Access::rooms, [&signaling](const Shared& exchange, const Reply& reply) {
    reply(describe_room(signaling.rooms(), exchange->parameters.front()));
  });
  add(http::verb::delete_, "/api/v1/rooms/{id}", Access::open,
      [&context, &signaling](const Shared& exchange, const Reply& reply) {
        close_room(context, signaling, *exchange, reply);
      });
  add(http::verb::delete_, "/api/v1/rooms/{id}/members/{userId}", Access::rooms,
      [&signaling](const Shared& exchange, const Reply& reply) { kick(signaling, *exchange, reply); });
  add(http::verb::post, "/api/v1/room-tokens", Access::rooms,
      [&context](const Shared& exchange, const Reply& reply) { reply(make_token(context, *exchange)); });
}

}  // namespace turnpike::control
