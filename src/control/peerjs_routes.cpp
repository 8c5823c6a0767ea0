#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>

#include "control/credential_issuer.hpp"
#include "control/peerjs_client.hpp"
#include "control/router.hpp"
#include "control/signaling_routes.hpp"

namespace turnpike::control {
namespace {

/// RFC 9562 section 5.4.
std::string draw_uuid(Random& random) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  std::string uuid;
  for (const char place : kShape) {
    if (place == 'x')
      uuid += kHex[random.below(16)];
    else if (place == 'y')
      uuid += kHex[8 + random.below(4)];
    else
      uuid += place;
  }
  return uuid;
}

Response make_id(Signaling& signaling) {
  Response response;
  response.result(http::status::ok);
  response.set(http::field::content_type, "text/html; charset=utf-8");
  response.body() = draw_uuid(signaling.random());
  return response;
}

Response list_peers(const Signaling& signaling) {
  const SignalingSettings& settings = signaling.settings();
  if (!settings.peerjs_discovery)
    return make_problem(http::status::unauthorized, "this server does not list its peers");
  boost::json::array ids;
  for (const rooms::MemberView& member : signaling.rooms().members(settings.peerjs_key)) {
    if (member.dialect != static_cast<std::uint8_t>(rooms::DialectTag::peerjs)) continue;
    ids.emplace_back(to_json_text(member.peer.user));
  }
  return make_json(http::status::ok, ids);
}

/// By which people tell that the server is up.
Response make_banner() {
  return make_json(http::status::ok, boost::json::object{{"name", "turnpike"},
                                                         {"description",
                                                          "A server side element to broker connections between PeerJS "
                                                          "clients, beside its STUN and TURN server."},
                                                         {"website", "https://peerjs.com/"}});
}

void serve_socket(Signaling& signaling, Exchange& exchange, const Reply& reply) {
  if (!wants_websocket(exchange.request)) return reply(make_banner());
  PeerJsQuery query{std::string(exchange.query_text("key")), std::string(exchange.query_text("id")),
                    std::string(exchange.query_text("token"))};
  answer_socket(signaling, exchange, reply,
                [&signaling, address = exchange.caller.client.address, query = std::move(query)] {
                  return std::make_unique<PeerJsClient>(signaling, address, query);
                });
}

}  // namespace

void add_peerjs_routes(Router& router, Signaling& signaling) {
  const auto add = [&router, &signaling](std::string path, std::function<void(Exchange&, const Reply&)> handler) {
    router.add(
        http::verb::get, std::move(path), Access::open,
        [&signaling, handler = std::move(handler)](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
          if (!signaling.settings().enabled) return reply(make_problem(http::status::not_found));
          handler(*exchange, reply);
        });
  };
  const std::string base = signaling.settings().peerjs_path;
  const std::string key = signaling.settings().peerjs_key;
  add(base + "peerjs",
      [&signaling](Exchange& exchange, const Reply& reply) { serve_socket(signaling, exchange, reply); });
  add(base + key + "/id", [&signaling](Exchange&, const Reply& reply) { reply(make_id(signaling)); });
  add(base + key + "/peers", [&signaling](Exchange&, const Reply& reply) { reply(list_peers(signaling)); });
  if (base == "/") return;  // that is the web page's
  for (std::string path : {base, base.substr(0, base.size() - 1)}) {
    add(std::move(path), [](Exchange&, const Reply& reply) { reply(make_banner()); });
  }
}

}  // namespace turnpike::control
