#include "support/virtual_network.hpp"

#include <algorithm>
#include <stdexcept>

namespace turnpike::test {

using client::Outcome;

VirtualNetwork::VirtualNetwork(const ServerOptions& server, const LinkQuality& quality, std::uint64_t seed)
    : server_(server), quality_(quality), random_(seed) {}

NetworkClient& VirtualNetwork::add_client(std::string_view from, std::string_view username, std::string_view password) {
  const Endpoint source = endpoint(from);
  const Endpoint listener = endpoint(source.address.is_v4() ? "203.0.113.1:3478" : "[2001:db8:1::1]:3478");
  client::SessionOptions options;
  options.server = listener;
  options.username = username;
  options.password = password;
  return clients_.emplace_back(FiveTuple{source, listener, Transport::udp}, std::move(options),
                               random_.below(1'000'000'007));
}

NetworkPeer& VirtualNetwork::add_peer(std::string_view address) {
  return peers_.emplace_back(NetworkPeer{endpoint(address), {}, false});
}

Outcome VirtualNetwork::allocate(NetworkClient& client, const client::AllocateOptions& options) {
  return complete(client, client.session_.allocate(options, clock_.mono()));
}
Outcome VirtualNetwork::refresh(NetworkClient& client, std::optional<Seconds> lifetime) {
  return complete(client, client.session_.refresh(lifetime, clock_.mono()));
}
Outcome VirtualNetwork::create_permission(NetworkClient& client, const Endpoint& peer) {
  return complete(client, client.session_.create_permission({&peer, 1}, clock_.mono()));
}
Outcome VirtualNetwork::bind_channel(NetworkClient& client, std::uint16_t number, const Endpoint& peer) {
  return complete(client, client.session_.bind_channel(number, peer, clock_.mono()));
}

void VirtualNetwork::send(NetworkClient& client, const Endpoint& peer, std::string_view payload) {
  std::array<std::uint8_t, 2048> buffer{};
  put_on_link(client.five_tuple_.client, client.five_tuple_.server,
              to_bytes(client.session_.write_to_peer(buffer, peer, as_bytes(payload))));
}

void VirtualNetwork::send_from(const NetworkPeer& peer, const Endpoint& to, std::string_view payload) {
  put_on_link(peer.address, to, to_bytes(payload));
}

Outcome VirtualNetwork::complete(NetworkClient& client, client::TransactionNumber number) {
  // A request takes at most 39.5 s, and each of its few challenges as long again.
  const Instant limit = clock_.mono() + Seconds{400};
  while (!client.outcomes_.contains(number)) {
    if (!step(limit)) throw std::logic_error("a request that never ends");
  }
  const Outcome outcome = client.outcomes_.at(number);
  client.outcomes_.erase(number);
  return outcome;
}

bool VirtualNetwork::step(Instant until) {
  collect_from_clients();
  const auto next = next_event();
  if (!next || *next > until) return false;
  clock_.advance_to(*next);
  server_.tick(clock_.now());
  while (!under_way_.empty() && under_way_.begin()->first <= clock_.mono()) {
    const auto node = under_way_.extract(under_way_.begin());
    arrive(node.mapped());
  }
  for (NetworkClient& client : clients_) {
    while (const auto outcome = client.session_.on_timeout(clock_.mono())) {
      client.outcomes_[outcome->transaction] = *outcome;
    }
  }
  collect_from_server();
  server_.check_consistency();
  return true;
}

void VirtualNetwork::run_for(Duration time) {
  const Instant end = clock_.mono() + time;
  while (step(end)) {
  }
  clock_.advance_to(end);
}

std::optional<Instant> VirtualNetwork::next_event() const {
  std::optional<Instant> next = server_.next_deadline();
  const auto consider = [&next](std::optional<Instant> instant) {
    if (instant && (!next || *instant < *next)) next = instant;
  };
  if (!under_way_.empty()) consider(under_way_.begin()->first);
  for (const NetworkClient& client : clients_) consider(client.session_.next_deadline());
  return next;
}

void VirtualNetwork::put_on_link(const Endpoint& from, const Endpoint& to, Bytes bytes) {
  if (bytes.empty()) return;
  const Datagram datagram{from, to, std::move(bytes)};
  if (random_.below(100) < quality_.loss_percent) return;
  schedule(datagram);
  if (random_.below(100) < quality_.duplicate_percent) schedule(datagram);
}

void VirtualNetwork::schedule(const Datagram& datagram) {
  Duration delay = quality_.latency;
  if (quality_.jitter.count() > 0) {
    delay += Duration{random_.below(static_cast<std::uint64_t>(quality_.jitter.count()))};
  }
  under_way_.emplace(clock_.mono() + delay, datagram);
}

void VirtualNetwork::arrive(const Datagram& datagram) {
  for (NetworkClient& client : clients_) {
    if (client.five_tuple_.server == datagram.to && client.five_tuple_.client == datagram.from) {
      static_cast<void>(server_.on_client_datagram(client.five_tuple_, datagram.bytes, clock_.now()));
      collect_from_server();
      return;
    }
    if (client.five_tuple_.client == datagram.to) {
      arrive_at_client(client, datagram.bytes);
      return;
    }
  }
  for (NetworkPeer& peer : peers_) {
    if (peer.address != datagram.to) continue;
    peer.received.push_back({datagram.from, datagram.to, datagram.bytes, false});
    if (peer.echoes) put_on_link(peer.address, datagram.from, datagram.bytes);
    return;
  }
  // A relay socket, or a closed port, where it ends.
  static_cast<void>(server_.on_peer_datagram(datagram.to, datagram.from, datagram.bytes, clock_.now()));
  collect_from_server();
}

void VirtualNetwork::arrive_at_client(NetworkClient& client, ByteSpan bytes) {
  const auto received = client.session_.on_datagram(bytes, clock_.mono());
  if (const auto* outcome = std::get_if<Outcome>(&received)) client.outcomes_[outcome->transaction] = *outcome;
  if (const auto* peer = std::get_if<client::PeerDatagram>(&received)) {
    client.received_.push_back({peer->peer, peer->channel, std::string(as_text(peer->payload))});
  }
}

void VirtualNetwork::collect_from_server() {
  for (ToClient& message : server_.take_to_clients()) {
    put_on_link(message.to.server, message.to.client, std::move(message.bytes));
  }
  for (ToPeer& datagram : server_.take_to_peers()) put_on_link(datagram.from, datagram.to, std::move(datagram.payload));
}

void VirtualNetwork::collect_from_clients() {
  for (NetworkClient& client : clients_) {
    for (ByteSpan request = client.session_.poll_transmit(clock_.mono()); !request.empty();
         request = client.session_.poll_transmit(clock_.mono())) {
      ++client.transmissions_;
      put_on_link(client.five_tuple_.client, client.five_tuple_.server, to_bytes(request));
    }
  }
}

}  // namespace turnpike::test
