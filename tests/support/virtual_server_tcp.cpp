#include <algorithm>

#include "support/demand.hpp"
#include "support/virtual_server.hpp"

// The part of the virtual server that TCP allocations (RFC 6062) need.
namespace turnpike::test {

using turn::ConnectionId;

std::optional<ConnectionId> VirtualServer::on_peer_connection(const Endpoint& local, const Endpoint& peer, Now now) {
  const auto owner = owner_of(local);
  if (!owner || !listening_.contains(local)) return std::nullopt;
  const auto& [worker, slot, generation, family] = *owner;
  const turn::AllocationId allocation{slot, generation};
  const auto id = workers_[worker].core->on_peer_connection(allocation, peer, now, outbox_);
  if (id) {
    demand(id->worker() == worker, "a connection id that does not name its worker");
    demand(find(*id) == nullptr, "a connection id came twice");
    connections_.push_back({*id, worker, allocation, family, peer, true, {}});
  } else {
    demand(outbox_.empty(), "commands about a connection that is closed at once");
  }
  drain(worker, now);
  return id;
}

void VirtualServer::connect(std::size_t worker, const turn::ConnectPeer& request, Now now) {
  const auto& [allocation, id, family, peer] = request;
  demand(sockets_.contains({worker, allocation.slot, allocation.generation, family}), "connect without relay socket");
  demand(id.worker() == worker && id.value != 0, "a connection id that does not name its worker");
  demand(find(id) == nullptr, "a connection id came twice");
  const bool again = std::ranges::any_of(connections_, [&](const Connection& other) {
    return other.worker == worker && other.allocation == request.allocation && other.peer == request.peer;
  });
  demand(!again, "a second connection to one peer");
  connections_.push_back({id, worker, allocation, family, peer, false, {}});
  if (connects_ != Connects::held) report_connect(id, connects_ == Connects::accepted, now);
}

void VirtualServer::report_connect(ConnectionId id, bool connected, Now now) {
  Connection* connection = find(id);
  const std::size_t worker = connection->worker;
  connection->connected = true;
  const bool wanted = workers_[worker].core->on_peer_connected(id, connected, now, outbox_);
  if (!wanted || !connected) erase_connection(id);
  drain(worker, now);
}

void VirtualServer::answer_held_connects(bool connected, Now now) {
  std::vector<ConnectionId> waiting;
  for (const Connection& connection : connections_) {
    if (!connection.connected) waiting.push_back(connection.id);
  }
  for (const ConnectionId id : waiting) report_connect(id, connected, now);
}

Duration VirtualServer::on_connection_data(ConnectionId id, turn::DataDirection direction, std::size_t bytes, Now now) {
  const Connection* connection = find(id);
  demand(connection != nullptr && connection->data, "data of a connection that is not bound");
  return workers_[connection->worker].core->on_connection_data(id, direction, bytes, now);
}

void VirtualServer::on_peer_closed(ConnectionId id) {
  const Connection* connection = find(id);
  demand(connection != nullptr, "a connection that is not there closes");
  workers_[connection->worker].core->on_connection_closed(id);
  erase_connection(id);
}

void VirtualServer::close_connection(std::size_t worker, ConnectionId id) {
  const Connection* connection = find(id);
  demand(connection != nullptr && connection->worker == worker, "a connection that is not there is closed");
  demand(!connection->data, "a bound connection runs out");
  erase_connection(id);
}

void VirtualServer::bind(const turn::BindDataConnection& request, Now now) {
  demand(find_data(request.client) == nullptr, "ConnectionBind on a data connection");
  const std::size_t holder = request.connection.worker();
  const auto allocation = holder < workers_.size()
                              ? workers_[holder].core->take_connection(request.connection, request.username, now)
                              : std::nullopt;
  to_clients_.push_back({request.client, allocation ? request.accepted : request.refused});
  if (!allocation) return;
  Connection* connection = find(request.connection);
  demand(connection != nullptr && connection->worker == holder && connection->allocation == *allocation,
         "a core hands over a connection that is not there");
  demand(connection->connected && !connection->data, "a core hands over a connection that is not pending");
  connection->data = request.client;
}

bool VirtualServer::carry_out_tcp(std::size_t worker, turn::Command& command, Now now) {
  if (const auto* connecting = std::get_if<turn::ConnectPeer>(&command)) {
    connect(worker, *connecting, now);
  } else if (const auto* closing = std::get_if<turn::ClosePeerConnection>(&command)) {
    close_connection(worker, closing->connection);
  } else if (const auto* binding = std::get_if<turn::BindDataConnection>(&command)) {
    bind(*binding, now);
  } else {
    return false;
  }
  return true;
}

VirtualServer::Connection* VirtualServer::find(ConnectionId id) {
  const auto found = std::ranges::find(connections_, id, &Connection::id);
  return found == connections_.end() ? nullptr : &*found;
}

VirtualServer::Connection* VirtualServer::find_data(const FiveTuple& five_tuple) {
  const auto found = std::ranges::find(connections_, std::optional{five_tuple}, &Connection::data);
  return found == connections_.end() ? nullptr : &*found;
}

void VirtualServer::erase_connection(ConnectionId id) {
  std::erase_if(connections_, [id](const Connection& connection) { return connection.id == id; });
}

void VirtualServer::check_connections() const {
  std::size_t known = 0;
  for (const Worker& worker : workers_) known += worker.core->connection_count();
  demand(known == connections_.size(), "a core forgot a connection, or kept one");
  for (const Connection& connection : connections_) {
    const turn::AllocationId& id = connection.allocation;
    demand(sockets_.contains({connection.worker, id.slot, id.generation, connection.family}),
           "a connection survived its allocation");
  }
}

}  // namespace turnpike::test
