#include <algorithm>

#include "support/demand.hpp"
#include "support/random_walk.hpp"

// What a random walk does to TCP allocations (RFC 6062).
namespace turnpike::test {

std::uint32_t RandomWalk::pick_connection() {
  const auto& connections = server_.connections();
  if (!connections.empty() && !one_in(4)) return connections[pick(connections.size())].id.value;
  if (!recent_connections_.empty() && !one_in(4)) return recent_connections_[pick(recent_connections_.size())];
  return static_cast<std::uint32_t>(pick(4) << 24U | pick(65'536));
}

const VirtualServer::Connection* RandomWalk::pick_open_connection() {
  const auto& connections = server_.connections();
  return connections.empty() ? nullptr : &connections[pick(connections.size())];
}

void RandomWalk::connect_from_peer() {
  const auto sockets = server_.open_addresses(turn::RelayProtocol::tcp);
  if (sockets.empty()) return;
  Endpoint peer = pick_likely_peer();
  if (one_in(2)) peer.port = static_cast<std::uint16_t>(30'000 + pick(3));
  static_cast<void>(server_.on_peer_connection(sockets[pick(sockets.size())], peer, clock_.now()));
}

void RandomWalk::use_connection() {
  const auto* connection = pick_open_connection();
  if (connection == nullptr) return;
  if (!connection->data) {
    send_request(pick_stream_client(), stun::Method::connection_bind);
    return;
  }
  const auto direction = one_in(2) ? turn::DataDirection::to_peer : turn::DataDirection::to_client;
  const Duration pause = server_.on_connection_data(connection->id, direction, pick(65'536), clock_.now());
  demand(pause >= Duration{0}, "a pause that is negative");
  // 64 KiB at 20,000 bytes a second, and what others of the same user owe.
  demand(pause <= std::chrono::hours{1}, "a pause without end");
}

void RandomWalk::end_connection() {
  const auto* connection = pick_open_connection();
  if (connection == nullptr || !connection->connected) return;
  if (connection->data && one_in(2)) {
    server_.on_client_closed(FiveTuple(*connection->data), clock_.now());
  } else if (connection->data || one_in(4)) {
    server_.on_peer_closed(connection->id);
  }
}

void RandomWalk::decide_connects() {
  using Connects = VirtualServer::Connects;
  switch (pick(4)) {
    case 0: server_.set_connects(Connects::refused); break;
    case 1: server_.set_connects(Connects::held); break;
    case 2: server_.set_connects(Connects::accepted); break;
    default: server_.answer_held_connects(!one_in(3), clock_.now()); break;
  }
}

void RandomWalk::check_connections() const {
  for (const auto& connection : server_.connections()) {
    demand(connection.peer.port != 0, "a connection to port 0");
    demand(connection.peer.address != address("10.0.0.1"), "a connection with a denied address");
    demand(connection.peer.address != address("198.51.100.66"), "a connection with a denied address");
    demand(connection.peer.address != address("203.0.113.1"), "a connection with our own listener");
  }
  demand(server_.connections().size() <= 10, "more connections than two cores may have");
}

}  // namespace turnpike::test
