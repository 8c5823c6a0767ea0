#include <array>

#include "server/tcp_relays.hpp"

// What goes between a bound peer connection and its client: the rest of TcpRelays is in tcp_relays.cpp.
namespace turnpike::server {
namespace {

constexpr std::size_t kPieces = 16;
/// How long a peer may take to read what the client sent before it hung up.
constexpr Duration kFinishTimeout = Seconds{10};

}  // namespace

void TcpRelays::read_peer(std::uint32_t index) {
  Peer& peer = *peers_[index];
  if (streams_.queued(peer.stream) >= streams_.queue_limit() / 2) {
    peer.client_full = true;  // on_stream_drained() comes when there is room
    return set_interest(index, peer);
  }
  const auto count = peer.socket.read(read_buffer_);
  if (!count) {
    if (!net::is_would_block(count.error())) close_from_peer(index);
    return;
  }
  if (*count == 0) return close_from_peer(index);  // RFC 6062 section 5.5
  const Duration owed = events_.on_connection_data(peer.id, turn::DataDirection::to_client, *count);
  if (!streams_.send_data(peer.stream, ByteSpan(read_buffer_).first(*count))) return close_from_peer(index);
  pause(index, peer.rate_peer, owed);
}

void TcpRelays::on_stream_data(StreamId stream, ByteSpan bytes) {
  const auto index = peer_of(stream);
  if (!index) return;
  Peer& peer = *peers_[*index];
  const Duration owed = events_.on_connection_data(peer.id, turn::DataDirection::to_peer, bytes.size());
  if (!peer.to_peer.append(bytes)) return close_from_peer(*index);
  pause(*index, peer.rate_client, owed);
  write_peer(*index);
}

void TcpRelays::write_peer(std::uint32_t index) {
  Peer& peer = *peers_[index];
  std::array<ByteSpan, kPieces> pieces;
  while (!peer.to_peer.empty()) {
    const auto sent = peer.socket.write(peer.to_peer.peek(pieces));
    if (!sent) return close_from_peer(index);
    if (*sent == 0) break;
    peer.to_peer.consume(*sent);
  }
  if (peer.state == Peer::State::finishing && peer.to_peer.empty()) return remove(index);
  set_interest(index, peer);
  pause_client(peer);
}

void TcpRelays::pause_client(const Peer& peer) noexcept {
  if (peer.state != Peer::State::bound) return;
  streams_.pause_reading(peer.stream, peer.rate_client || peer.to_peer.size() >= streams_.queue_limit() / 2);
}

void TcpRelays::on_stream_drained(StreamId stream) {
  const auto index = peer_of(stream);
  if (!index) return;
  Peer& peer = *peers_[*index];
  peer.client_full = false;
  set_interest(*index, peer);
}

void TcpRelays::on_data_stream_closed(StreamId stream) {
  const auto index = peer_of(stream);
  if (!index) return;
  Peer& peer = *peers_[*index];
  events_.on_connection_closed(peer.id);
  if (peer.to_peer.empty()) return remove(*index);
  peer.state = Peer::State::finishing;
  by_id_.erase(peer.id.value);  // the core may give the id to another one
  wake_.emplace(now_ + kFinishTimeout, *index);
  set_interest(*index, peer);
}

void TcpRelays::pause(std::uint32_t index, std::optional<Instant>& until, Duration pause) {
  if (pause <= Duration{0}) return;
  until = now_ + pause;
  wake_.emplace(*until, index);
  set_interest(index, *peers_[index]);
  pause_client(*peers_[index]);
}

void TcpRelays::tick() {
  while (!wake_.empty() && wake_.begin()->first <= now_) {
    const std::uint32_t index = wake_.begin()->second;
    wake_.erase(wake_.begin());
    Peer& peer = *peers_[index];
    if (peer.state == Peer::State::finishing) {
      remove(index);
      continue;
    }
    if (peer.rate_peer && *peer.rate_peer <= now_) peer.rate_peer.reset();
    if (peer.rate_client && *peer.rate_client <= now_) peer.rate_client.reset();
    set_interest(index, peer);
    pause_client(peer);
  }
}

std::optional<Instant> TcpRelays::next_deadline() const noexcept {
  if (wake_.empty()) return std::nullopt;
  return wake_.begin()->first;
}

}  // namespace turnpike::server
