#include <utility>
#include <variant>

#include "server/worker.hpp"

namespace turnpike::server {

// Executes what the core asked for, then tells it what came of it, until it wants nothing more. The core is only called
// with an empty outbox, so results wait in opened_ until all commands are run.
void Worker::run_commands() {
  while (!outbox_.empty() || !opened_.empty() || !unconnectable_.empty() || !closed_.empty()) {
    for (turn::Command& command : outbox_.commands()) {
      std::visit([this](auto& each) { run(each); }, command);
    }
    send_.flush();  // answers point into the outbox
    outbox_.clear();
    if (!closed_.empty()) {
      const FiveTuple client = closed_.back();
      closed_.pop_back();
      core_.on_client_closed(client, now_, outbox_);
    } else if (!unconnectable_.empty()) {
      const turn::ConnectionId connection = unconnectable_.back();
      unconnectable_.pop_back();
      static_cast<void>(core_.on_peer_connected(connection, false, now_, outbox_));
    } else if (!opened_.empty()) {
      const OpenedSocket next = opened_.back();
      opened_.pop_back();
      if (!core_.on_relay_socket(next.allocation, next.local, next.family, now_, outbox_)) {
        relay_sockets_.close(next.allocation, next.family);
        tcp_relays_.close(next.allocation, next.family);
      }
    }
  }
}

void Worker::run(turn::SendToClient& command) {
  switch (command.to.transport) {
    case Transport::udp:
      if (const auto route = find_route(command.to)) {
        return send_.add({.socket = route->listener,
                          .to = route->to,
                          .source = command.to.server.address,
                          .payload = command.bytes});
      }
      break;
    case Transport::tcp:
    case Transport::tls:
      if (streams_.send(command.to, command.bytes, Streams::Room::answer)) return;
      break;
    case Transport::dtls:
      if (dtls_ && dtls_->send(command.to, command.bytes, *this)) return;
      break;
  }
  statistics_.count(DropReason::unanswerable);
}

void Worker::run(turn::OpenRelaySocket& command) {
  const auto local =
      command.protocol == turn::RelayProtocol::tcp ? tcp_relays_.open(command) : relay_sockets_.open(command);
  opened_.push_back({command.allocation, local, command.family});
}

void Worker::run(turn::RedeemReservation& command) {
  const std::uint32_t owner = command.token.worker();
  if (owner >= surroundings_.workers.size()) {
    opened_.push_back({command.allocation, std::nullopt, AddressFamily::ipv4});
    return;
  }
  // Also to ourselves by mailbox: one way to do it, and the core is never called from inside its own commands.
  surroundings_.workers[owner]->post(
      [to = index_, allocation = command.allocation, token = command.token,
       user = std::move(command.user)](Worker& worker) { worker.hand_over_reservation(to, allocation, token, user); });
}

void Worker::hand_over_reservation(std::uint32_t to, turn::AllocationId allocation, const turn::ReservationToken& token,
                                   const std::string& user) {
  std::optional<RelaySocket> socket;
  if (core_.take_reservation(token, user, now_)) socket = relay_sockets_.take_reserved(token);
  surroundings_.workers[to]->post([allocation, socket = std::move(socket)](Worker& worker) mutable {
    worker.on_reservation_redeemed(allocation, std::move(socket));
  });
}

void Worker::on_reservation_redeemed(turn::AllocationId allocation, std::optional<RelaySocket> socket) {
  if (!core_.awaits_relay_socket(allocation)) {
    if (socket) relay_sockets_.close(std::move(*socket));
    return;
  }
  std::optional<Endpoint> local;
  if (socket) local = relay_sockets_.install(allocation, std::move(*socket));
  opened_.push_back({allocation, local, local ? local->address.family() : AddressFamily::ipv4});
  run_commands();
}

void Worker::run(turn::CloseRelaySocket& command) {
  send_.flush();  // datagrams may be waiting for this very socket
  relay_sockets_.close(command.allocation, command.family);
  tcp_relays_.close(command.allocation, command.family);
}

void Worker::run(turn::ConnectPeer& command) {
  if (!tcp_relays_.connect(command)) unconnectable_.push_back(command.connection);
}

void Worker::run(turn::ClosePeerConnection& command) { tcp_relays_.close(command.connection); }

void Worker::run(turn::BindDataConnection& command) {
  const std::uint32_t owner = command.connection.worker();
  if (owner >= surroundings_.workers.size()) {
    static_cast<void>(streams_.send(command.client, command.refused, Streams::Room::answer));
    return;
  }
  auto moving = streams_.take(command.client);
  if (!moving) return;
  // Also to ourselves by mailbox: what follows the request must not be read before it is answered.
  surroundings_.workers[owner]->post([moving = std::move(*moving), bind = std::move(command)](Worker& worker) mutable {
    worker.on_data_connection(std::move(moving), bind);
  });
}

void Worker::on_data_connection(MovingStream moving, const turn::BindDataConnection& bind) {
  const auto stream = streams_.adopt(std::move(moving));
  if (!stream) return;
  const bool taken = core_.take_connection(bind.connection, bind.username, now_).has_value();
  static_cast<void>(streams_.send(bind.client, taken ? bind.accepted : bind.refused, Streams::Room::answer));
  if (taken) {
    streams_.start_data(*stream);
    if (!tcp_relays_.bind(bind.connection, *stream)) streams_.finish(*stream, StreamEnd::peer_closed);
  }
  streams_.resume(*stream);
}

void Worker::run(turn::DropReservation& command) { relay_sockets_.drop_reserved(command.token); }

void Worker::run(turn::AllocationStarted& command) {
  ++statistics_.allocations_started;
  hold_client(command.five_tuple, true);
  surroundings_.observer.on_allocation_started(command);
}

void Worker::run(turn::AllocationEnded& command) {
  hold_client(command.five_tuple, false);
  surroundings_.observer.on_allocation_ended(command);
}

void Worker::run(turn::RequestRefused& command) {
  statistics_.count(command.code);
  surroundings_.observer.on_refused(command);
}

}  // namespace turnpike::server
