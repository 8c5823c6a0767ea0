#include "control/signaling_routes.hpp"

#include <utility>

namespace turnpike::control {

void answer_socket(Signaling& signaling, Exchange& exchange, const Reply& reply,
                   std::function<std::unique_ptr<TextPeer>()> make_peer) {
  if (!signaling.settings().enabled) return reply(make_problem(http::status::not_found));
  Response response = answer_handshake(exchange.request);
  if (response.result() != http::status::switching_protocols) return reply(std::move(response));
  if (!signaling.allows_origin(exchange)) {
    return reply(make_problem(http::status::forbidden, "pages of this origin may not connect"));
  }
  exchange.take_over = [&signaling, make_peer = std::move(make_peer)](EngineStream stream,
                                                                      std::vector<std::uint8_t> received) {
    signaling.sockets().open(std::move(stream), std::move(received), make_peer());
  };
  reply(std::move(response));
}

}  // namespace turnpike::control
