#include <utility>
#include <variant>

#include "server/worker.hpp"

namespace turnpike::server {

// Executes what the core asked for, then tells it what came of it, until it wants nothing more. The core is only called
// with an empty outbox, so results wait in opened_ until all commands are run.
void Worker::run_commands() {
  while (!outbox_.empty() || !opened_.empty()) {
    for (turn::Command& command : outbox_.commands()) {
      std::visit([this](auto& each) { run(each); }, command);
    }
    send_.flush();  // answers point into the outbox
    outbox_.clear();
    if (opened_.empty()) return;
    const OpenedSocket next = opened_.back();
    opened_.pop_back();
    if (!core_.on_relay_socket(next.allocation, next.local, next.family, now_, outbox_)) {
      relay_sockets_.close(next.allocation, next.family);
    }
  }
}

net::UdpSocket* Worker::find_listener(const FiveTuple& client) noexcept {
  for (net::UdpSocket& listener : listeners_) {
    const Endpoint& local = listener.local_endpoint();
    if (local == client.server) return &listener;
    if (listener.is_wildcard() && local.port == client.server.port &&
        local.address.family() == client.server.address.family()) {
      return &listener;
    }
  }
  return nullptr;
}

void Worker::run(turn::SendToClient& command) {
  net::UdpSocket* listener = find_listener(command.to);
  if (listener == nullptr) return statistics_.count(DropReason::unanswerable);
  send_.add(
      {.socket = listener, .to = command.to.client, .source = command.to.server.address, .payload = command.bytes});
}

void Worker::run(turn::OpenRelaySocket& command) {
  opened_.push_back({command.allocation, relay_sockets_.open(command), command.family});
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
}

void Worker::run(turn::DropReservation& command) { relay_sockets_.drop_reserved(command.token); }

void Worker::run(turn::AllocationStarted& command) {
  ++statistics_.allocations_started;
  surroundings_.observer.on_allocation_started(command);
}

void Worker::run(turn::AllocationEnded& command) { surroundings_.observer.on_allocation_ended(command); }

void Worker::run(turn::RequestRefused& command) {
  statistics_.count(command.code);
  surroundings_.observer.on_refused(command);
}

}  // namespace turnpike::server
