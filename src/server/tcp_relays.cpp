#include "server/tcp_relays.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "server/stream_shares.hpp"

namespace turnpike::server {
namespace {

// The port is shared with the sockets that connect from it (RFC 6062 section 5.2), which have the same option.
constexpr net::TcpListenerOptions kListening{.reuse_port = true, .reuse_address = true, .backlog = 128};
template <typename T>
std::uint32_t place(std::deque<std::unique_ptr<T>>& in, std::vector<std::uint32_t>& free, std::unique_ptr<T> item) {
  if (free.empty()) {
    in.push_back(std::move(item));
    return static_cast<std::uint32_t>(in.size() - 1);
  }
  const std::uint32_t index = free.back();
  free.pop_back();
  in[index] = std::move(item);
  return index;
}

}  // namespace

TcpRelays::TcpRelays(RelaySockets& ports, net::EpollSet& epoll, Streams& streams, TcpRelayEvents& events)
    : ports_(ports), epoll_(epoll), streams_(streams), events_(events), read_buffer_(kReadBytes) {}

TcpRelays::~TcpRelays() = default;

// Relayed transport addresses -------------------------------------------------------------------------------------

std::optional<Endpoint> TcpRelays::open(const turn::OpenRelaySocket& command) {
  std::optional<net::TcpListener> listener;
  const auto lease = ports_.lease_port(command.family, [&listener](const Endpoint& local) {
    auto opened = net::TcpListener::open(local, kListening);
    if (opened) listener.emplace(std::move(*opened));
    return opened.has_value();
  });
  if (!lease) return std::nullopt;
  const int handle = listener->native_handle();
  const Endpoint local = listener->local_endpoint();
  const std::uint32_t index = place(relays_, free_relays_,
                                    std::make_unique<Relay>(Relay{command.allocation, command.family,
                                                                  PausableListener(std::move(*listener)), *lease}));
  allocations_[command.allocation.slot].relays.push_back(index);
  if (epoll_.add(handle, EventToken{EventToken::Kind::relay_listener, index}.encode())) {
    close(command.allocation, command.family);
    return std::nullopt;
  }
  return local;
}

void TcpRelays::close(turn::AllocationId allocation, AddressFamily family) {
  const auto found = allocations_.find(allocation.slot);
  if (found == allocations_.end()) return;
  PerAllocation& own = found->second;
  std::erase_if(own.relays, [&](std::uint32_t index) {
    const Relay& relay = *relays_[index];
    if (relay.allocation != allocation || relay.family != family) return false;
    epoll_.remove(relay.listener.socket().native_handle());
    const std::uint16_t port = relay.listener.socket().local_endpoint().port;
    const std::uint32_t address = relay.address;
    relays_[index].reset();  // the port is free only after the close
    freed_relays_.push_back(index);
    ports_.release_port(address, port);
    return true;
  });
  // A connection lives from the relayed address of its family; the other half of a dual allocation keeps its own.
  const std::vector<std::uint32_t> connected = own.peers;
  for (const std::uint32_t index : connected) {
    if (Peer* peer = find(index);
        peer != nullptr && peer->allocation == allocation && peer->socket.local_endpoint().address.family() == family) {
      drop(index);
    }
  }
  if (const auto left = allocations_.find(allocation.slot);
      left != allocations_.end() && left->second.relays.empty() && left->second.peers.empty()) {
    allocations_.erase(left);
  }
}

void TcpRelays::on_relay_ready(std::uint32_t index) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    if (index >= relays_.size() || !relays_[index]) return;
    auto socket = relays_[index]->listener.socket().accept();
    if (!socket && net::is_exhausted(socket.error())) {
      relays_[index]->listener.pause(epoll_, {EventToken::Kind::relay_listener, index}, now_);
      paused_relays_.push_back(index);
      return;
    }
    if (!socket) return;
    const turn::AllocationId allocation = relays_[index]->allocation;
    const auto id = events_.on_peer_connection(allocation, socket->remote_endpoint());
    if (!id) continue;
    auto peer = std::make_unique<Peer>(*id, allocation, std::move(*socket), pool_);
    peer->state = Peer::State::pending;
    peer->interest = {.readable = false, .writable = false};
    static_cast<void>(insert(std::move(peer)));
  }
}

void TcpRelays::resume_relays() {
  std::erase_if(paused_relays_, [this](std::uint32_t index) {
    if (!relays_[index]) return true;
    relays_[index]->listener.resume_if_due(epoll_, {EventToken::Kind::relay_listener, index}, now_);
    return !relays_[index]->listener.is_paused();
  });
}

void TcpRelays::recycle_slots() {
  free_relays_.insert(free_relays_.end(), freed_relays_.begin(), freed_relays_.end());
  free_peers_.insert(free_peers_.end(), freed_peers_.begin(), freed_peers_.end());
  freed_relays_.clear();
  freed_peers_.clear();
}

// Peers -----------------------------------------------------------------------------------------------------------

std::uint32_t TcpRelays::insert(std::unique_ptr<Peer> peer) {
  Peer& added = *peer;
  const std::uint32_t index = place(peers_, free_peers_, std::move(peer));
  by_id_[added.id.value] = index;
  allocations_[added.allocation.slot].peers.push_back(index);
  // A descriptor that epoll does not take is never ready; the core's deadlines end it.
  static_cast<void>(epoll_.add(added.socket.native_handle(),
                               EventToken{EventToken::Kind::peer_connection, index}.encode(), added.interest));
  return index;
}

bool TcpRelays::connect(const turn::ConnectPeer& command) {
  const auto found = allocations_.find(command.allocation.slot);
  if (found == allocations_.end()) return false;
  for (const std::uint32_t index : found->second.relays) {
    const Relay& relay = *relays_[index];
    if (relay.allocation != command.allocation || relay.family != command.family) continue;
    auto socket = net::TcpSocket::connect(relay.listener.socket().local_endpoint(), command.peer);
    if (!socket) return false;
    static_cast<void>(
        insert(std::make_unique<Peer>(command.connection, command.allocation, std::move(*socket), pool_)));
    return true;
  }
  return false;
}

// Takes it off all lists; the core knows or is told by the caller.
void TcpRelays::remove(std::uint32_t index) {
  Peer& peer = *peers_[index];
  epoll_.remove(peer.socket.native_handle());
  if (const auto named = by_id_.find(peer.id.value); named != by_id_.end() && named->second == index) {
    by_id_.erase(named);
  }
  by_stream_.erase(key_of(peer.stream));
  if (const auto own = allocations_.find(peer.allocation.slot); own != allocations_.end()) {
    std::erase(own->second.peers, index);
  }
  if (peer.wake) wake_.erase(*peer.wake);
  if (peer.finishing) finishing_.erase(*peer.finishing);
  peers_[index].reset();
  freed_peers_.push_back(index);
}

// Closes the peer at once and its client when that has got everything, without a word to the core.
void TcpRelays::drop(std::uint32_t index) {
  const Peer& peer = *peers_[index];
  const bool has_client = peer.state == Peer::State::bound;
  const StreamId stream = peer.stream;
  remove(index);
  if (has_client) streams_.finish(stream, StreamEnd::peer_closed);
}

void TcpRelays::close(turn::ConnectionId connection) {
  if (const auto found = by_id_.find(connection.value); found != by_id_.end()) drop(found->second);
}

bool TcpRelays::bind(turn::ConnectionId connection, StreamId stream) {
  const auto found = by_id_.find(connection.value);
  if (found == by_id_.end()) return false;
  Peer& peer = *peers_[found->second];
  peer.state = Peer::State::bound;
  peer.stream = stream;
  by_stream_[key_of(stream)] = found->second;
  set_interest(found->second, peer);
  return true;
}

std::optional<std::uint32_t> TcpRelays::peer_of(StreamId stream) const noexcept {
  const auto found = by_stream_.find(key_of(stream));
  if (found == by_stream_.end()) return std::nullopt;
  return found->second;
}

void TcpRelays::set_interest(std::uint32_t index, Peer& peer) noexcept {
  const bool discards = peer.state == Peer::State::finishing || peer.state == Peer::State::lingering;
  const bool reads =
      discards ? !peer.read_ended : peer.state == Peer::State::bound && !peer.client_full && !peer.rate_peer;
  const net::EpollSet::Interest wanted{.readable = reads,
                                       .writable = peer.state == Peer::State::connecting || !peer.to_peer.empty()};
  if (wanted == peer.interest) return;
  const std::uint64_t token = EventToken{EventToken::Kind::peer_connection, index}.encode();
  if (!epoll_.modify(peer.socket.native_handle(), token, wanted)) peer.interest = wanted;
}

void TcpRelays::on_peer_ready(std::uint32_t index, const net::EpollSet::Event& event) {
  Peer* peer = find(index);
  if (peer == nullptr) return;
  if (peer->state == Peer::State::connecting) return finish_connect(index);
  if (event.writable) write_peer(index);
  peer = find(index);
  if (peer == nullptr) return;
  const bool broken = event.hung_up || event.error;
  if (!peer->interest.readable) {
    if (broken) close_from_peer(index);
  } else if (event.readable || broken) {
    peer->state == Peer::State::bound ? read_peer(index) : discard(index);
  }
}

void TcpRelays::finish_connect(std::uint32_t index) {
  Peer& peer = *peers_[index];
  const auto outcome = peer.socket.finish_connect();
  if (!outcome) return;
  const bool connected = !*outcome;
  const turn::ConnectionId id = peer.id;
  if (connected) {
    peer.state = Peer::State::pending;
    set_interest(index, peer);
  } else {
    remove(index);
  }
  if (!events_.on_peer_connected(id, connected) && connected) close(id);
}

void TcpRelays::close_from_peer(std::uint32_t index) {
  const turn::ConnectionId id = peers_[index]->id;
  const bool known = peers_[index]->state == Peer::State::bound || peers_[index]->state == Peer::State::pending;
  drop(index);
  if (known) events_.on_connection_closed(id);
}

void TcpRelays::close_all() {
  for (std::uint32_t index = 0; index < peers_.size(); ++index) {
    if (peers_[index]) remove(index);
  }
  for (std::uint32_t index = 0; index < relays_.size(); ++index) {
    if (!relays_[index]) continue;
    const turn::AllocationId allocation = relays_[index]->allocation;
    close(allocation, relays_[index]->family);
  }
}

}  // namespace turnpike::server
