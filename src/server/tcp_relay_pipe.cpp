#include <algorithm>
#include <array>

#include "server/stream_shares.hpp"
#include "server/tcp_relays.hpp"

// What goes between a bound peer connection and its client: the rest of TcpRelays is in tcp_relays.cpp.
namespace turnpike::server {
namespace {

/// How long a peer's own end may take once its client has hung up and all of that is sent.
constexpr Duration kLingerTimeout = Seconds{10};
/// In all, for a peer that takes a byte now and then.
constexpr Duration kMostFinishing = std::chrono::minutes{5};
/// Peers that finish belong to no allocation any more, so no quota bounds what they hold.
constexpr std::size_t kMaxFinishing = 256;

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
  if (*count == 0) {  // RFC 6062 section 5.5
    const StreamId stream = peer.stream;
    peer.read_ended = true;
    events_.on_connection_closed(peer.id);
    finish(index);  // which may have been half of a close, so what the client sent still goes out
    return streams_.finish(stream, StreamEnd::peer_closed);
  }
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
    if (peer.state == Peer::State::finishing) {
      peer.finish_by = std::min(now_ + kDrainTimeout, peer.finish_limit);  // as long as there is progress
    }
  }
  if (peer.state == Peer::State::finishing && peer.to_peer.empty()) {
    if (peer.read_ended) return remove(index);
    peer.socket.shut_down_writing();
    peer.state = Peer::State::lingering;
    peer.finish_by = now_ + kLingerTimeout;
  }
  schedule(index, peer);
  set_interest(index, peer);
  pause_client(peer);
}

// From here on the peer has no client and no id.
void TcpRelays::finish(std::uint32_t index) {
  if (finishing_.size() >= kMaxFinishing) cut_off(finishing_.front());
  Peer& peer = *peers_[index];
  peer.finishing = finishing_.insert(finishing_.end(), index);
  peer.finish_limit = now_ + kMostFinishing;
  peer.state = Peer::State::finishing;
  peer.rate_peer.reset();
  peer.rate_client.reset();
  peer.finish_by = now_ + kDrainTimeout;
  by_id_.erase(peer.id.value);  // the core may give it to another one
  by_stream_.erase(key_of(peer.stream));
  write_peer(index);
}

void TcpRelays::discard(std::uint32_t index) {
  Peer& peer = *peers_[index];
  const auto count = peer.socket.read(read_buffer_);
  if (!count) {
    if (!net::is_would_block(count.error())) remove(index);
    return;
  }
  if (*count > 0) return;
  peer.read_ended = true;
  if (peer.to_peer.empty()) return remove(index);
  set_interest(index, peer);
}

// Without its last bytes a stream must not look as if it had ended well.
void TcpRelays::cut_off(std::uint32_t index) {
  if (!peers_[index]->to_peer.empty()) peers_[index]->socket.abort_on_close();
  remove(index);
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
  events_.on_connection_closed(peers_[*index]->id);
  finish(*index);
}

void TcpRelays::pause(std::uint32_t index, std::optional<Instant>& until, Duration pause) {
  if (pause <= Duration{0}) return;
  Peer& peer = *peers_[index];
  until = now_ + pause;
  schedule(index, peer);
  set_interest(index, peer);
  pause_client(peer);
}

void TcpRelays::schedule(std::uint32_t index, Peer& peer) {
  Instant earliest = kNever;
  for (const auto& instant : {peer.rate_peer, peer.rate_client, peer.finish_by}) {
    if (instant) earliest = std::min(earliest, *instant);
  }
  if (peer.wake && (*peer.wake)->first == earliest) return;
  if (peer.wake) wake_.erase(*peer.wake);
  peer.wake.reset();
  if (earliest != kNever) peer.wake = wake_.emplace(earliest, index);
}

void TcpRelays::tick() {
  resume_relays();
  while (!wake_.empty() && wake_.begin()->first <= now_) {
    const std::uint32_t index = wake_.begin()->second;
    Peer& peer = *peers_[index];
    if (peer.finish_by && *peer.finish_by <= now_) {
      cut_off(index);
      continue;
    }
    if (peer.rate_peer && *peer.rate_peer <= now_) peer.rate_peer.reset();
    if (peer.rate_client && *peer.rate_client <= now_) peer.rate_client.reset();
    schedule(index, peer);
    set_interest(index, peer);
    pause_client(peer);
  }
}

std::optional<Instant> TcpRelays::next_deadline() const noexcept {
  Instant earliest = wake_.empty() ? kNever : wake_.begin()->first;
  for (const std::uint32_t index : paused_relays_) {
    if (relays_[index] && relays_[index]->listener.is_paused()) {
      earliest = std::min(earliest, *relays_[index]->listener.resumes());
    }
  }
  if (earliest == kNever) return std::nullopt;
  return earliest;
}

}  // namespace turnpike::server
