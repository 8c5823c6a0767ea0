#include "support/virtual_server.hpp"

#include <algorithm>

#include "support/command_trace.hpp"
#include "support/demand.hpp"

namespace turnpike::test {

using turn::OpenRelaySocket;

VirtualServer::VirtualServer(const ServerOptions& options)
    : config_(options.config),
      ledger_(options.limits),
      ration_(options.errors_per_second, {options.seed, ~options.seed}),
      random_(options.seed) {
  for (std::uint8_t i = 0; i < options.workers; ++i) {
    Worker worker{std::make_unique<SeededRandom>(options.seed * 1000 + i + 1), nullptr};
    worker.core =
        std::make_unique<turn::RelayCore>(config_, turn::RelayCore::Environment{*worker.random, ledger_, ration_, i});
    workers_.push_back(std::move(worker));
  }
}

turn::ClientVerdict VirtualServer::on_client_datagram(const FiveTuple& five_tuple, ByteSpan datagram, Now now) {
  const std::size_t worker = worker_of(five_tuple);
  if (const Connection* stream = find_data(five_tuple)) {
    on_connection_data(stream->id, turn::DataDirection::to_peer, datagram.size(), now);
    return turn::ClientVerdict::handled();
  }
  const auto verdict = workers_[worker].core->on_client_datagram(five_tuple, datagram, now, outbox_);
  if (verdict.kind == turn::ClientVerdict::Kind::forward) {
    demand(outbox_.empty(), "a forwarded datagram left commands");
    const auto socket =
        sockets_.find({worker, verdict.allocation.slot, verdict.allocation.generation, verdict.to.address.family()});
    demand(socket != sockets_.end(), "forward through a socket that is not open");
    to_peers_.push_back({socket->second, verdict.to, to_bytes(verdict.payload), verdict.dont_fragment});
  }
  drain(worker, now);
  return verdict;
}

std::optional<turn::PeerVerdict> VirtualServer::on_peer_datagram(const Endpoint& local, const Endpoint& source,
                                                                 ByteSpan payload, Now now) {
  const auto owner = owner_of(local);
  if (!owner || listening_.contains(local)) return std::nullopt;
  const auto& [worker, slot, generation, family] = *owner;
  const auto verdict = workers_[worker].core->on_peer_datagram({slot, generation}, source, payload.size(), now);
  if (verdict.kind == turn::PeerVerdict::Kind::drop) return verdict;
  // The bytes around the message must come out untouched, so they are filled with a pattern that is checked.
  constexpr std::size_t kFence = 8;
  Bytes buffer(kFence + turn::kWrapHeadRoom + payload.size() + turn::kWrapTailRoom + kFence, 0xee);
  const MutableByteSpan place = MutableByteSpan(buffer).subspan(kFence + turn::kWrapHeadRoom, payload.size());
  std::ranges::copy(payload, place.begin());
  const ByteSpan message = turn::wrap_for_client(verdict, place);
  demand(!message.empty(), "wrap_for_client refused");
  const auto untouched = [](ByteSpan fence) { return std::ranges::all_of(fence, [](auto b) { return b == 0xee; }); };
  demand(untouched(ByteSpan(buffer).first<kFence>()) && untouched(ByteSpan(buffer).last<kFence>()), "wrote too far");
  to_clients_.push_back({verdict.client, to_bytes(message)});
  return verdict;
}

std::optional<DropReason> VirtualServer::on_peer_icmp(const Endpoint& local, const Endpoint& peer,
                                                      const stun::Icmp& icmp, Now now) {
  const auto owner = owner_of(local);
  demand(owner.has_value(), "ICMP for a socket that is not open");
  const auto& [worker, slot, generation, family] = *owner;
  const auto dropped = workers_[worker].core->on_peer_icmp({slot, generation}, peer, icmp, now, outbox_);
  drain(worker, now);
  return dropped;
}

void VirtualServer::on_client_closed(const FiveTuple& five_tuple, Now now) {
  if (const Connection* stream = find_data(five_tuple)) {
    workers_[stream->worker].core->on_connection_closed(stream->id);
    erase_connection(stream->id);
    return;
  }
  workers_[worker_of(five_tuple)].core->on_client_closed(five_tuple, now, outbox_);
  drain(worker_of(five_tuple), now);
}

void VirtualServer::tick(Now now) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    // Every turn ends at least one thing, and there is a bound on things.
    for (int turns = 0;; ++turns) {
      const auto deadline = workers_[i].core->next_deadline();
      if (!deadline || *deadline > now.mono) break;
      demand(turns < 1'000'000, "tick() makes no progress");
      workers_[i].core->tick(now, outbox_);
      drain(i, now);
    }
  }
}

std::optional<Instant> VirtualServer::next_deadline() const {
  std::optional<Instant> earliest;
  for (const Worker& worker : workers_) {
    const auto deadline = worker.core->next_deadline();
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

bool VirtualServer::end_all(Now now) {
  bool done = true;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    done = workers_[i].core->end_all(now, outbox_) && done;
    drain(i, now);
  }
  return done;
}

std::vector<Bytes> VirtualServer::take_for(const FiveTuple& client) {
  std::vector<Bytes> mine;
  for (ToClient& message : to_clients_) {
    if (message.to == client) mine.push_back(std::move(message.bytes));
  }
  std::erase_if(to_clients_, [&](const ToClient& message) { return message.to == client; });
  return mine;
}

void VirtualServer::answer_held_opens(Now now) {
  const auto held = std::exchange(held_, {});
  hold_opens_ = false;
  for (const Held& one : held) open(one.worker, one.request, now);
}

std::size_t VirtualServer::allocations() const {
  std::size_t count = 0;
  for (const Worker& worker : workers_) count += worker.core->allocation_count();
  return count;
}

std::vector<Endpoint> VirtualServer::open_addresses(turn::RelayProtocol protocol) const {
  std::vector<Endpoint> addresses;
  for (const auto& [local, owner] : owners_) {
    if (listening_.contains(local) == (protocol == turn::RelayProtocol::tcp)) addresses.push_back(local);
  }
  return addresses;
}

std::size_t VirtualServer::reservations() const {
  std::size_t count = 0;
  for (const Worker& worker : workers_) count += worker.core->reservation_count();
  return count;
}

void VirtualServer::drain(std::size_t worker, Now now) {
  std::vector<turn::Command> commands;
  for (turn::Command& command : outbox_.commands()) {
    if (tracing_) trace_.push_back(describe(command));
    if (const auto* send = std::get_if<turn::SendToClient>(&command)) {
      to_clients_.push_back({send->to, to_bytes(send->bytes)});
    } else {
      commands.push_back(std::move(command));
    }
  }
  outbox_.clear();
  for (turn::Command& command : commands) carry_out(worker, command, now);
}

void VirtualServer::carry_out(std::size_t worker, turn::Command& command, Now now) {
  if (carry_out_tcp(worker, command, now)) return;
  if (auto* request = std::get_if<OpenRelaySocket>(&command)) {
    if (hold_opens_) {
      held_.push_back({worker, *request});
    } else {
      open(worker, *request, now);
    }
  } else if (auto* redemption = std::get_if<turn::RedeemReservation>(&command)) {
    redeem(worker, *redemption, now);
  } else if (auto* closing = std::get_if<turn::CloseRelaySocket>(&command)) {
    close(worker, *closing);
  } else if (auto* dropped = std::get_if<turn::DropReservation>(&command)) {
    const auto aside = aside_.find(dropped->token.bytes);
    demand(aside != aside_.end(), "a reservation that was never made is dropped");
    ports_.erase(aside->second);
    aside_.erase(aside);
  } else if (auto* start = std::get_if<turn::AllocationStarted>(&command)) {
    started_.push_back(std::move(*start));
  } else if (auto* end = std::get_if<turn::AllocationEnded>(&command)) {
    ended_.push_back(std::move(*end));
  } else {
    ++refusals_;
  }
}

void VirtualServer::open(std::size_t worker, const OpenRelaySocket& request, Now now) {
  const auto port = take_port(request);
  if (port && request.port == OpenRelaySocket::Port::even_and_reserve_next) {
    const Endpoint next{port->address, static_cast<std::uint16_t>(port->port + 1)};
    demand(aside_.emplace(request.token.bytes, next).second, "a reservation token came twice");
  }
  if (port && request.protocol == turn::RelayProtocol::tcp) listening_.insert(*port);
  const bool wanted = report(worker, request.allocation, port, request.family, now);
  if (port && !wanted) listening_.erase(*port);
  // The socket on the next port goes the way of the one that nobody waits for any more.
  const auto aside = wanted ? aside_.end() : aside_.find(request.token.bytes);
  if (aside == aside_.end() || request.port != OpenRelaySocket::Port::even_and_reserve_next) return;
  ports_.erase(aside->second);
  aside_.erase(aside);
}

void VirtualServer::redeem(std::size_t worker, const turn::RedeemReservation& request, Now now) {
  std::optional<Endpoint> port;
  const std::size_t holder = request.token.worker();
  if (holder < workers_.size() && workers_[holder].core->take_reservation(request.token, request.user, now)) {
    const auto aside = aside_.find(request.token.bytes);
    demand(aside != aside_.end(), "a core hands over a reservation that is not there");
    port = aside->second;
    aside_.erase(aside);
  }
  report(worker, request.allocation, port, port ? port->address.family() : AddressFamily::ipv4, now);
}

void VirtualServer::close(std::size_t worker, const turn::CloseRelaySocket& request) {
  const auto socket = sockets_.find({worker, request.allocation.slot, request.allocation.generation, request.family});
  demand(socket != sockets_.end(), "a socket that is not open is closed");
  std::erase_if(connections_, [&](const Connection& connection) {
    return connection.worker == worker && connection.allocation == request.allocation;
  });
  ports_.erase(socket->second);
  listening_.erase(socket->second);
  owners_.erase(socket->second);
  sockets_.erase(socket);
}

bool VirtualServer::report(std::size_t worker, turn::AllocationId allocation, std::optional<Endpoint> local,
                           AddressFamily family, Now now) {
  const SocketName name{worker, allocation.slot, allocation.generation, family};
  if (local) {
    demand(sockets_.emplace(name, *local).second, "an allocation opens a second socket of one family");
    owners_.emplace(*local, name);
  }
  const bool wanted = workers_[worker].core->on_relay_socket(allocation, local, family, now, outbox_);
  if (!wanted && local) {
    sockets_.erase(name);
    owners_.erase(*local);
    ports_.erase(*local);
  }
  drain(worker, now);
  return wanted;
}

std::optional<Endpoint> VirtualServer::take_port(const OpenRelaySocket& request) {
  if (refused_families_.contains(request.family)) return std::nullopt;
  const bool even = request.port != OpenRelaySocket::Port::any;
  const bool pair = request.port == OpenRelaySocket::Port::even_and_reserve_next;
  for (const auto& mapping : config_->relays.mappings()) {
    if (mapping.local.family() != request.family) continue;
    const auto start = static_cast<std::uint32_t>(random_.below(65'536));
    for (std::uint32_t i = 0; i < 65'536; ++i) {
      const auto number = static_cast<std::uint16_t>(start + i);
      const Endpoint port{mapping.local, number};
      const Endpoint next{mapping.local, static_cast<std::uint16_t>(number + 1)};
      if (!config_->relays.is_relay_port(number) || (even && number % 2 != 0) || ports_.contains(port)) continue;
      if (pair && (!config_->relays.is_relay_port(next.port) || ports_.contains(next))) continue;
      ports_.insert(port);
      if (pair) ports_.insert(next);
      return port;
    }
  }
  return std::nullopt;
}

std::optional<VirtualServer::SocketName> VirtualServer::owner_of(const Endpoint& local) const {
  const auto owner = owners_.find(local);
  return owner == owners_.end() ? std::nullopt : std::optional{owner->second};
}

void VirtualServer::check_consistency() const {
  demand(sockets_.size() == owners_.size(), "sockets and owners disagree");
  demand(ports_.size() == sockets_.size() + aside_.size(), "a port was lost");
  demand(reservations() == aside_.size(), "reservations and sockets put aside disagree");
  demand(started_.size() >= ended_.size(), "more ended than started");
  std::set<std::tuple<std::size_t, std::uint32_t, std::uint32_t>> owning;
  for (const auto& [name, port] : sockets_) owning.insert({std::get<0>(name), std::get<1>(name), std::get<2>(name)});
  demand(owning.size() <= allocations(), "a socket without allocation");
  check_connections();
  if (!held_.empty()) return;  // what is pending may hold a place for a reservation that is still to come
  demand(owning.size() == allocations(), "an allocation without socket");
  demand(ledger_.total() == allocations() + reservations(), "the ledger does not count what there is");
  demand(started_.size() - ended_.size() == allocations(), "start and end events disagree");
}

}  // namespace turnpike::test
