#include "control/engineio_request.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include <boost/beast/core/string.hpp>
#include <boost/json/object.hpp>

#include "control/websocket.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

enum class EngineIoError : std::uint8_t {
  transport_unknown = 0,
  session_unknown = 1,
  bad_handshake_method = 2,
  bad_request = 3,
  unsupported_version = 5,
};

std::string_view explain(EngineIoError error) noexcept {
  switch (error) {
    case EngineIoError::transport_unknown: return "Transport unknown";
    case EngineIoError::session_unknown: return "Session ID unknown";
    case EngineIoError::bad_handshake_method: return "Bad handshake method";
    case EngineIoError::bad_request: break;
    case EngineIoError::unsupported_version: return "Unsupported protocol version";
  }
  return "Bad request";
}

Response make_error(EngineIoError error) {
  const std::string_view words = explain(error);
  return make_json(http::status::bad_request,
                   boost::json::object{{"code", static_cast<unsigned>(error)},
                                       {"message", boost::json::string_view(words.data(), words.size())}});
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Texts come as text/plain; binary packets, as application/octet-stream, were for revision 3.
bool is_text(const Request& request) {
  const auto type = request.find(http::field::content_type);
  if (type == request.end()) return true;
  const auto name = type->value().substr(0, type->value().find(';'));
  return boost::beast::iequals(name.substr(0, name.find(' ')), "text/plain");
}

Response take_post(EngineIoSession& session, const Request& request) {
  const std::string_view body(request.body().data(), request.body().size());
  if (!is_text(request) || !is_utf8(body)) {
    session.drop(CloseCode::unsupported_data, "no text");
    return make_error(EngineIoError::bad_request);
  }
  if (!session.post(body)) return make_error(EngineIoError::bad_request);
  Response response;
  response.result(http::status::ok);
  response.set(http::field::content_type, "text/html");  // as the protocol's own server: some browsers save text/plain
  response.body() = "ok";
  return response;
}

struct Asked {
  bool by_socket = false;  ///< the transport is a WebSocket
  std::shared_ptr<EngineIoSession> session;
};

Result<Asked, EngineIoError> examine(const EngineIoServer& server, const Exchange& exchange) {
  const std::string* version = exchange.find_query("EIO");
  if (version == nullptr || *version != "4") return EngineIoError::unsupported_version;
  const std::string* transport = exchange.find_query("transport");
  if (transport == nullptr || (*transport != "polling" && *transport != "websocket")) {
    return EngineIoError::transport_unknown;
  }
  Asked asked;
  asked.by_socket = *transport == "websocket";
  if (const std::string* sid = exchange.find_query("sid"); sid != nullptr && !sid->empty()) {
    asked.session = server.find(*sid);
    if (!asked.session) return EngineIoError::session_unknown;
  }
  return asked;
}

void answer_socket(const std::shared_ptr<EngineIoServer>& server, const SocketOpener& open_socket, const Asked& asked,
                   Exchange& exchange, const Reply& reply) {
  if (!wants_websocket(exchange.request)) return reply(make_error(EngineIoError::bad_request));
  if (asked.session && !asked.session->can_upgrade()) return reply(make_error(EngineIoError::bad_request));
  Response response = answer_handshake(exchange.request);
  if (response.result() == http::status::switching_protocols) {
    exchange.take_over = [open_socket, upgrades = asked.session != nullptr, address = exchange.caller.client.address,
                          weak_server = std::weak_ptr(server), weak_session = std::weak_ptr(asked.session)](
                             EngineStream stream, std::vector<std::uint8_t> received) {
      open_socket(
          std::move(stream), std::move(received),
          upgrades ? EngineIoServer::make_upgrade(weak_session) : EngineIoServer::make_socket(weak_server, address));
    };
  }
  reply(std::move(response));
}

void answer_polling(EngineIoServer& server, std::shared_ptr<EngineIoSession> session, Exchange& exchange,
                    const Reply& reply) {
  const http::verb method = exchange.request.method();
  if (!session) {
    if (method != http::verb::get) return reply(make_error(EngineIoError::bad_handshake_method));
    session = server.open_polling(exchange.caller.client.address);
    if (!session) return reply(make_problem(http::status::service_unavailable, "Too many clients."));
  }
  if (!session->is_polling()) return reply(make_error(EngineIoError::bad_request));
  if (method == http::verb::post) return reply(take_post(*session, exchange.request));
  if (method != http::verb::get) return reply(make_error(EngineIoError::bad_request));
  // The ping ends it earlier.
  exchange.patience = server.times().ping_interval + server.times().ping_timeout;
  session->poll(reply);
}

}  // namespace

void answer_engineio(const std::shared_ptr<EngineIoServer>& server, const SocketOpener& open_socket,
                     const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
  auto asked = examine(*server, *exchange);
  if (!asked) return reply(make_error(asked.error()));
  if (asked->by_socket) return answer_socket(server, open_socket, *asked, *exchange, reply);
  answer_polling(*server, std::move(asked->session), *exchange, reply);
}

}  // namespace turnpike::control
