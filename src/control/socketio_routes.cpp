#include "control/socketio_routes.hpp"

#include <utility>

#include "control/engineio_request.hpp"
#include "control/socketio_client.hpp"

namespace turnpike::control {
namespace {

std::shared_ptr<EngineIoServer> make_server(Signaling& signaling) {
  return std::make_shared<EngineIoServer>(EngineIoServer::Environment{
      .loop = signaling.loop(),
      .random = signaling.random(),
      .clock = [&signaling] { return signaling.now().mono; },
      .queue_bound = [&signaling] { return signaling.settings().send_queue; },
      .make_peer = [&signaling](const IpAddress& address) { return SocketIoClient::make(signaling, address); },
      .times = {},
  });
}

}  // namespace

std::shared_ptr<EngineIoServer> serve_socketio(Router& router, Signaling& signaling) {
  auto server = make_server(signaling);
  const SocketOpener open_socket = [&signaling](EngineStream stream, std::vector<std::uint8_t> received,
                                                std::unique_ptr<TextPeer> peer) {
    signaling.sockets().open(std::move(stream), std::move(received), std::move(peer));
  };
  const ExchangeHandler handler = [&signaling, server, open_socket](const std::shared_ptr<Exchange>& exchange,
                                                                    const Reply& reply) {
    if (!signaling.settings().enabled) return reply(make_problem(http::status::not_found));
    if (!signaling.allows_origin(*exchange))
      return reply(make_problem(http::status::forbidden, "pages of this origin may not connect"));
    answer_engineio(server, open_socket, exchange, reply);
  };
  for (const http::verb method : {http::verb::get, http::verb::post}) {
    for (const char* path : {"/socket.io/", "/socket.io"}) router.add(method, path, Access::open, handler);
  }
  return server;
}

void add_socketio_routes(Router& router, Signaling& signaling) { serve_socketio(router, signaling); }

}  // namespace turnpike::control
