#include "server/streams.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <new>
#include <utility>

#include "server/stream_queue_sink.hpp"
#include "server/stream_shares.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kAnswerReserve = 16U << 10U;
constexpr Duration kMostDraining = std::chrono::minutes{5};

}  // namespace

Streams::Streams(const Options& options, const KeyedHash::Key& key, net::EpollSet& epoll, StreamEvents& events)
    : options_(options),
      epoll_(epoll),
      events_(events),
      by_client_(0, KeyedHash(key)),
      reserve_(open_reserve_descriptor()),
      read_buffer_(kReadBytes),
      scratch_(ClientStream::kScratchBytes) {}

Streams::~Streams() = default;

Streams::Connection* Streams::find(StreamId id) noexcept {
  if (id.slot >= slots_.size() || slots_[id.slot].generation != id.generation) return nullptr;
  return slots_[id.slot].connection.get();
}

std::optional<StreamId> Streams::find(const FiveTuple& client) const noexcept {
  const auto found = by_client_.find(client);
  if (found == by_client_.end()) return std::nullopt;
  return id_of(found->second);
}

Streams::Connection* Streams::insert(net::TcpSocket socket, ClientStream stream, std::uint32_t& slot) {
  auto connection = std::make_unique<Connection>(std::move(socket), std::move(stream), pool_);
  if (free_slots_.empty()) {
    free_slots_.reserve(slots_.size() + 1);  // so that giving a slot back never allocates
    freed_slots_.reserve(slots_.size() + 1);
    dirty_.reserve(slots_.size() + 1);
    slots_.emplace_back();
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  slot = free_slots_.back();
  auto& list = waiting_[static_cast<std::size_t>(connection->waiting)];
  connection->place = list.insert(list.end(), slot);
  connection->deadline = now_ + options_.message_timeout;
  if (epoll_.add(connection->socket.native_handle(), EventToken{EventToken::Kind::stream, slot}.encode())) {
    list.erase(connection->place);
    return nullptr;
  }
  free_slots_.pop_back();
  ++slots_[slot].generation;
  slots_[slot].connection = std::move(connection);
  ++size_;
  return slots_[slot].connection.get();
}

std::unique_ptr<Streams::Connection> Streams::remove(StreamId id) noexcept {
  auto connection = std::move(slots_[id.slot].connection);
  epoll_.remove(connection->socket.native_handle());
  if (connection->registered) by_client_.erase(connection->five_tuple);
  waiting_[static_cast<std::size_t>(connection->waiting)].erase(connection->place);
  ++slots_[id.slot].generation;
  freed_slots_.push_back(id.slot);
  --size_;
  return connection;
}

void Streams::recycle_slots() noexcept {
  // Within the capacity that insert() has seen to.
  free_slots_.insert(free_slots_.end(), freed_slots_.begin(), freed_slots_.end());
  freed_slots_.clear();
}

// Reading ---------------------------------------------------------------------------------------------------------

void Streams::on_stream_ready(std::uint32_t slot, const net::EpollSet::Event& event) {
  if (slot >= slots_.size() || !slots_[slot].connection) return;  // closed by an earlier event of this round
  const StreamId id = id_of(slot);
  if (event.writable) write_out(slot);
  const Connection* connection = find(id);
  if (connection == nullptr) return;
  if (connection->interest.readable) {
    if (event.readable || event.hung_up || event.error) read(slot);
  } else if (event.hung_up || event.error) {  // no reason to read, so that is all there is to know
    end(id, StreamEnd::reset);
  }
}

void Streams::read(std::uint32_t slot) {
  const StreamId id = id_of(slot);
  Connection& connection = *slots_[slot].connection;
  const auto count = connection.socket.read(read_buffer_);
  if (!count) {
    if (!net::is_would_block(count.error())) end(id, StreamEnd::reset);
    return;
  }
  if (connection.finishing) return discard(id, connection, *count);
  // RFC 8656 section 5: the client's FIN ends its allocation; nothing is said to one who hung up.
  if (*count == 0) return end(id, StreamEnd::closed_by_client);
  connection.stream.feed(ByteSpan(read_buffer_).first(*count));
  advance(id);
}

void Streams::discard(StreamId id, Connection& connection, std::size_t bytes) {
  if (bytes > 0) return;
  connection.read_ended = true;
  if (connection.out.empty()) return end(id, *connection.finishing);
  update_interest(id.slot, connection);
}

void Streams::advance(StreamId id) {
  for (Connection* connection = find(id); connection != nullptr; connection = find(id)) {
    QueueSink sink(*connection, options_.queue_bytes);
    ClientStream::Step step;
    try {
      step = connection->stream.next(scratch_, sink);
    } catch (const std::bad_alloc&) {
      return end(id, StreamEnd::no_memory);
    }
    if (connection->overflowed) return end(id, StreamEnd::no_memory);
    mark_dirty(id.slot, *connection);
    switch (step.kind) {
      case ClientStream::Step::Kind::need_more: return;
      case ClientStream::Step::Kind::phase_changed:
        if (!on_phase(id, *connection)) return;
        break;
      case ClientStream::Step::Kind::message:
        if (connection->waiting != Waiting::nothing) wait(*connection, Waiting::next_message);
        events_.on_stream_message(FiveTuple(connection->five_tuple), step.bytes);
        break;
      case ClientStream::Step::Kind::data: events_.on_stream_data(id, step.bytes); break;
      case ClientStream::Step::Kind::end: return end(id, step.reason);
    }
  }
}

bool Streams::on_phase(StreamId id, Connection& connection) {
  using Phase = ClientStream::Phase;
  switch (connection.stream.phase()) {
    case Phase::sniff:  // the PROXY header is read
      if (connection.stream.proxied_client()) connection.five_tuple.client = *connection.stream.proxied_client();
      return true;
    case Phase::handshake: wait(connection, Waiting::handshake); return true;
    case Phase::sniff_tls:
      ++counters_.handshakes;
      wait(connection, Waiting::first_message);
      return true;
    case Phase::turn:
      connection.five_tuple.transport = connection.stream.transport();
      if (connection.waiting == Waiting::handshake) {
        ++counters_.handshakes;
        wait(connection, Waiting::first_message);
      }
      return make_known(id, connection);
    case Phase::http:
      if (connection.waiting == Waiting::handshake) ++counters_.handshakes;
      hand_over_http(id, connection);
      return false;
    case Phase::proxy_header:
    case Phase::data:
    case Phase::ended: return true;
  }
  return true;
}

bool Streams::make_known(StreamId id, Connection& connection) {
  // Only a PROXY header can name a five-tuple that is in use: its owner is gone and the kernel has not noticed yet.
  if (const auto old = find(connection.five_tuple)) end(*old, StreamEnd::duplicate);
  connection.registered = by_client_.try_emplace(connection.five_tuple, id.slot).second;
  if (!connection.registered) end(id, StreamEnd::duplicate);
  return connection.registered;
}

// Writing ---------------------------------------------------------------------------------------------------------

bool Streams::send(const FiveTuple& client, ByteSpan message, Room room) noexcept {
  const auto found = by_client_.find(client);
  if (found == by_client_.end()) return false;
  Connection& connection = *slots_[found->second].connection;
  const std::size_t limit = options_.queue_bytes + (room == Room::answer ? kAnswerReserve : 0);
  if (connection.out.size() + message.size() > limit) return false;
  QueueSink sink(connection, options_.queue_bytes);
  const bool written = connection.stream.write(message, sink);
  mark_dirty(found->second, connection);
  return written;
}

bool Streams::send_data(StreamId stream, ByteSpan bytes) noexcept {
  Connection* connection = find(stream);
  if (connection == nullptr) return false;
  // The caller has looked at queued() before it read from the peer.
  QueueSink sink(*connection, options_.queue_bytes);
  const bool written = connection->stream.write(bytes, sink);
  mark_dirty(stream.slot, *connection);
  return written && !connection->overflowed;
}

std::size_t Streams::queued(StreamId stream) noexcept {
  Connection* connection = find(stream);
  if (connection == nullptr) return 0;
  connection->drain_wanted = connection->out.size() >= options_.queue_bytes / 2;
  return connection->out.size();
}

void Streams::mark_dirty(std::uint32_t slot, Connection& connection) noexcept {
  if (connection.dirty || connection.out.empty()) return;
  connection.dirty = true;
  dirty_.push_back(slot);  // within its capacity, see insert()
}

void Streams::flush() {
  // What ends while we write may run the core and queue more, even for streams written already: by index, and again.
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    const std::uint32_t slot = dirty_[i];
    if (!slots_[slot].connection || !slots_[slot].connection->dirty) continue;
    slots_[slot].connection->dirty = false;
    write_out(slot);
  }
  dirty_.clear();
}

void Streams::write_out(std::uint32_t slot) {
  const StreamId id = id_of(slot);
  Connection& connection = *slots_[slot].connection;
  std::array<ByteSpan, kPieces> pieces;
  while (!connection.out.empty()) {
    const auto sent = connection.socket.write(connection.out.peek(pieces));
    if (!sent) return end(id, StreamEnd::reset);
    if (*sent == 0) break;
    // Progress buys time, but not without end: a trickle must not keep the queue.
    if (connection.finishing && now_ < connection.finish_by) wait(connection, Waiting::draining);
    counters_.bytes_sent += *sent;
    connection.out.consume(*sent);
  }
  if (connection.overflowed) return end(id, StreamEnd::no_memory);
  if (connection.finishing && connection.out.empty()) return linger(id, connection);
  update_interest(slot, connection);
  if (connection.drain_wanted && connection.out.size() < options_.queue_bytes / 2) {
    connection.drain_wanted = false;
    events_.on_stream_drained(id);
  }
}

void Streams::linger(StreamId id, Connection& connection) {
  if (connection.read_ended) return end(id, *connection.finishing);
  if (connection.waiting != Waiting::lingering) {
    connection.socket.shut_down_writing();
    wait(connection, Waiting::lingering);
  }
  update_interest(id.slot, connection);
}

void Streams::update_interest(std::uint32_t slot, Connection& connection) noexcept {
  const net::EpollSet::Interest wanted{.readable = connection.finishing ? !connection.read_ended : !connection.paused,
                                       .writable = !connection.out.empty()};
  if (wanted == connection.interest) return;
  const std::uint64_t token = EventToken{EventToken::Kind::stream, slot}.encode();
  if (!epoll_.modify(connection.socket.native_handle(), token, wanted)) connection.interest = wanted;
}

// Ending ----------------------------------------------------------------------------------------------------------

void Streams::end(StreamId id, StreamEnd reason) {
  auto gone = remove(id);
  ++counters_.ends[static_cast<std::size_t>(reason)];
  if (const auto failure = gone->stream.tls_failure(); failure != net::TlsFailure::none) {
    ++counters_.tls_failures[static_cast<std::size_t>(failure)];
  }
  const bool is_cut_off = reason == StreamEnd::reset || reason == StreamEnd::evicted;
  if (!is_cut_off && !gone->finishing) {
    // One try at the last answer, alert or close_notify; who does not read does not get it.
    QueueSink sink(*gone, options_.queue_bytes);
    gone->stream.close(sink);
    std::array<ByteSpan, kPieces> pieces;
    if (!gone->out.empty()) static_cast<void>(gone->socket.write(gone->out.peek(pieces)));
  }
  if (is_cut_off && !gone->out.empty()) gone->socket.abort_on_close();
  const bool was_data = gone->is_data;
  const FiveTuple five_tuple = gone->five_tuple;
  const bool was_known = gone->registered;
  gone.reset();
  if (was_data) return events_.on_data_stream_closed(id);
  if (was_known) events_.on_stream_closed(five_tuple);
}

void Streams::finish(StreamId stream, StreamEnd reason) {
  Connection* connection = find(stream);
  if (connection == nullptr || connection->finishing) return;
  connection->finishing = reason;
  connection->finish_by = now_ + kMostDraining;
  QueueSink sink(*connection, options_.queue_bytes);
  connection->stream.close(sink);  // behind what waits
  wait(*connection, Waiting::draining);
  write_out(stream.slot);
}

void Streams::close_all() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].connection) end(id_of(slot), StreamEnd::stopped);
  }
}

}  // namespace turnpike::server
