#include <utility>

#include "server/stream_queue_sink.hpp"
#include "server/streams.hpp"

// Streams that leave us or come from elsewhere, and what a data connection needs: the rest of Streams is in
// streams.cpp.
namespace turnpike::server {

void Streams::hand_over_http(StreamId id, Connection& connection) {
  QueueSink sink(connection, options_.queue_bytes);
  connection.stream.own_pending(scratch_, sink);
  const auto leaving = remove(id);
  ++counters_.ends[static_cast<std::size_t>(StreamEnd::handed_over)];
  control::HttpStream http;
  http.client = leaving->five_tuple.client;
  http.server = leaving->five_tuple.server;
  http.received = leaving->stream.take_plaintext();
  http.tls = leaving->stream.take_tls();
  http.unsent = leaving->out.to_vector();
  http.socket = leaving->socket.release();
  events_.on_http_stream(std::move(http));
}

std::optional<MovingStream> Streams::take(const FiveTuple& client) {
  const auto id = find(client);
  if (!id) return std::nullopt;
  Connection& connection = *slots_[id->slot].connection;
  QueueSink sink(connection, options_.queue_bytes);
  connection.stream.own_pending(scratch_, sink);
  auto leaving = remove(*id);
  ++counters_.ends[static_cast<std::size_t>(StreamEnd::handed_over)];
  auto unsent = leaving->out.to_vector();
  return MovingStream{leaving->five_tuple, std::move(leaving->socket), std::move(leaving->stream), std::move(unsent)};
}

std::optional<StreamId> Streams::adopt(MovingStream moving) {
  if (by_client_.contains(moving.five_tuple)) return std::nullopt;
  std::uint32_t slot = 0;
  Connection* connection = insert(std::move(moving.socket), std::move(moving.stream), slot);
  if (connection == nullptr) return std::nullopt;
  connection->five_tuple = moving.five_tuple;
  connection->registered = by_client_.try_emplace(moving.five_tuple, slot).second;
  wait(*connection, Waiting::next_message);
  if (!connection->out.append(moving.unsent)) {
    end(id_of(slot), StreamEnd::no_memory);
    return std::nullopt;
  }
  mark_dirty(slot, *connection);
  return id_of(slot);
}

void Streams::start_data(StreamId stream) {
  Connection* connection = find(stream);
  if (connection == nullptr) return;
  connection->stream.start_data();
  connection->is_data = true;
  wait(*connection, Waiting::nothing);
}

void Streams::resume(StreamId stream) { advance(stream); }

void Streams::pause_reading(StreamId stream, bool paused) noexcept {
  Connection* connection = find(stream);
  if (connection == nullptr || connection->paused == paused) return;
  connection->paused = paused;
  update_interest(stream.slot, *connection);
}

}  // namespace turnpike::server
