#include <algorithm>
#include <utility>

#include "server/worker.hpp"
#include "turnpike/turn/wrap.hpp"

// Clients that do not come over plain UDP: streams and DTLS. Their datagrams arrive in worker_listeners.cpp.
namespace turnpike::server {

void Worker::set_tls(const std::shared_ptr<const net::TlsSettings>& settings) {
  streams_.set_tls(settings);
  if (dtls_) {
    dtls_->set_settings(settings);
  } else if (settings) {
    dtls_.emplace(settings, dtls_options_, random_);
  }
}

void Worker::set_limits(const Limits& limits) noexcept {
  streams_.set_options(limits.streams);
  dtls_options_ = limits.dtls;
  if (dtls_) dtls_->set_options(limits.dtls);
  relay_sockets_.set_buffers(limits.relay_receive_buffer, limits.relay_send_buffer);
}

void Worker::serve_other(const net::EpollSet::Event& event) {
  const EventToken token = EventToken::decode(event.token);
  switch (token.kind) {
    case EventToken::Kind::udp_listener: return;  // no token is larger than the last listener's
    case EventToken::Kind::special_listener: return serve_special_listener(special_listeners_[token.index]);
    case EventToken::Kind::tcp_listener: return streams_.on_listener_ready(token.index);
    case EventToken::Kind::stream: return streams_.on_stream_ready(token.index, event);
    case EventToken::Kind::relay_listener: return tcp_relays_.on_relay_ready(token.index);
    case EventToken::Kind::peer_connection: return tcp_relays_.on_peer_ready(token.index, event);
  }
}

// Both directions -------------------------------------------------------------------------------------------------

ByteSpan Worker::keep(ByteSpan bytes) noexcept {
  if (!arena_.has_room(bytes.size())) {
    send_.flush();
    arena_.reset();
  }
  return arena_.keep(bytes);
}

void Worker::serve_message(const FiveTuple& client, ByteSpan message) {
  turn::ClientVerdict verdict = core_.on_client_datagram(client, message, now_, outbox_);
  switch (verdict.kind) {
    case turn::ClientVerdict::Kind::forward: verdict.payload = keep(verdict.payload); return forward_to_peer(verdict);
    case turn::ClientVerdict::Kind::handled: return run_commands();
    case turn::ClientVerdict::Kind::drop: return statistics_.count(verdict.reason);
  }
}

void Worker::forward_to_other_client(const FiveTuple& client, ByteSpan message, MutableByteSpan payload) noexcept {
  if (client.transport == Transport::dtls) {
    if (!dtls_ || !dtls_->send(client, message, *this)) statistics_.count(DropReason::unanswerable);
    return;
  }
  // RFC 8656 section 12.5: on streams ChannelData is padded to 4 bytes. The payload is the message's end, and behind it
  // there is tail-room.
  static_assert(turn::kWrapTailRoom >= 3);
  const std::size_t padding = (4U - message.size() % 4U) % 4U;
  std::fill_n(payload.data() + payload.size(), padding, std::uint8_t{0});
  const ByteSpan padded(message.data(), message.size() + padding);
  if (streams_.send(client, padded, Streams::Room::data)) return;
  statistics_.count(streams_.has(client) ? DropReason::slow_client : DropReason::unanswerable);
}

void Worker::hold_client(const FiveTuple& client, bool held) {
  switch (client.transport) {
    case Transport::udp: break;
    case Transport::tcp:
    case Transport::tls: return streams_.hold(client, held);
    case Transport::dtls:
      if (dtls_) dtls_->hold(client, held, now_.mono);
      break;
  }
  if (held && !special_listeners_.empty()) proxy_routes_.hold(client);
  if (!held) proxy_routes_.release(client);
}

// What streams and DTLS associations cause --------------------------------------------------------------------------

void Worker::on_stream_message(const FiveTuple& client, ByteSpan message) { serve_message(client, message); }

void Worker::on_stream_closed(const FiveTuple& client) {
  core_.on_client_closed(client, now_, outbox_);
  run_commands();
}

void Worker::on_http_stream(control::HttpStream stream) { surroundings_.observer.on_http_stream(std::move(stream)); }

void Worker::on_stream_data(StreamId stream, ByteSpan bytes) { tcp_relays_.on_stream_data(stream, bytes); }

void Worker::on_stream_drained(StreamId stream) { tcp_relays_.on_stream_drained(stream); }

void Worker::on_data_stream_closed(StreamId stream) { tcp_relays_.on_data_stream_closed(stream); }

void Worker::on_wire(const FiveTuple& client, ByteSpan datagram) noexcept {
  const auto route = find_route(client);
  if (!route) return statistics_.count(DropReason::unanswerable);
  send_.add({.socket = route->listener, .to = route->to, .source = client.server.address, .payload = keep(datagram)});
}

void Worker::on_message(const FiveTuple& client, MutableByteSpan message) noexcept { serve_message(client, message); }

void Worker::on_closed(const FiveTuple& client) noexcept {
  // A send that fails says so in the middle of the commands; the core hears of it when they are run.
  outbox_.empty() ? on_stream_closed(client) : closed_.push_back(client);
}

// What TCP relaying asks --------------------------------------------------------------------------------------------

std::optional<turn::ConnectionId> Worker::on_peer_connection(turn::AllocationId allocation, const Endpoint& peer) {
  const auto connection = core_.on_peer_connection(allocation, peer, now_, outbox_);
  run_commands();
  return connection;
}

bool Worker::on_peer_connected(turn::ConnectionId connection, bool connected) {
  const bool wanted = core_.on_peer_connected(connection, connected, now_, outbox_);
  run_commands();
  return wanted;
}

void Worker::on_connection_closed(turn::ConnectionId connection) noexcept { core_.on_connection_closed(connection); }

Duration Worker::on_connection_data(turn::ConnectionId connection, turn::DataDirection direction,
                                    std::size_t bytes) noexcept {
  return core_.on_connection_data(connection, direction, bytes, now_);
}

}  // namespace turnpike::server
