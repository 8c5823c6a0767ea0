#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/client_stream.hpp"
#include "server/event_token.hpp"
#include "server/pausable_listener.hpp"
#include "server/stream_end.hpp"
#include "server/stream_policy.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/http_server.hpp"
#include "turnpike/net/byte_queue.hpp"
#include "turnpike/net/epoll_set.hpp"
#include "turnpike/net/tcp_listener.hpp"
#include "turnpike/net/tcp_socket.hpp"

namespace turnpike::server {

/// A descriptor to give up when there is none left.
[[nodiscard]] net::FileDescriptor open_reserve_descriptor() noexcept;

/// Names a stream of this worker while it lives.
struct StreamId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  friend constexpr bool operator==(const StreamId&, const StreamId&) noexcept = default;
};

/// A client's connection on its way to another worker.
struct MovingStream {
  FiveTuple five_tuple;
  net::TcpSocket socket;
  ClientStream stream;
  std::vector<std::uint8_t> unsent;
};

/// What streams cause. Called from inside the methods of Streams; may call them back.
class StreamEvents {
 public:
  StreamEvents() = default;
  StreamEvents(const StreamEvents&) = delete;
  StreamEvents& operator=(const StreamEvents&) = delete;
  virtual ~StreamEvents() = default;
  /// A STUN or ChannelData message.
  virtual void on_stream_message(const FiveTuple& client, ByteSpan message) = 0;
  /// A TURN client is gone.
  virtual void on_stream_closed(const FiveTuple& client) = 0;
  virtual void on_http_stream(control::HttpStream stream) = 0;
  // Of data connections (RFC 6062), after start_data().
  virtual void on_stream_data(StreamId stream, ByteSpan bytes) = 0;
  /// Its queue has room again.
  virtual void on_stream_drained(StreamId stream) = 0;
  virtual void on_data_stream_closed(StreamId stream) = 0;
};

/// All client connections of one worker and the listeners they come from. What waits for a client is bounded, and what
/// does not fit is dropped, newest first; a connection that shows nothing is closed in time, and the oldest such one
/// makes room when there are too many. One thread.
class Streams {
 public:
  struct Options {
    std::uint32_t max_streams = 16384;
    std::uint32_t max_unproven = 4096;  ///< without a complete message so far; the oldest makes room
    Duration handshake_timeout = Seconds{10};
    Duration message_timeout = Seconds{10};  ///< to the first message, and between messages without an allocation
    std::size_t queue_bytes = 256U << 10U;
  };
  struct Counters {
    std::uint64_t accepted = 0;
    std::uint64_t accept_pauses = 0;  ///< out of descriptors or memory
    std::array<std::uint64_t, kStreamEndCount> ends{};
    std::array<std::uint64_t, static_cast<std::size_t>(net::TlsFailure::count_)> tls_failures{};
    std::uint64_t handshakes = 0;
    std::uint64_t bytes_sent = 0;
  };

  Streams(const Options& options, const KeyedHash::Key& key, net::EpollSet& epoll, StreamEvents& events);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams();

  /// May throw boost::system::system_error: start-up only.
  void add_listener(net::TcpListener listener, StreamPolicy policy);
  /// Each listener goes by what `policy_of(its address)` gives; those that get nothing take the connections that wait
  /// already and are closed. Between two rounds of events only: tokens change. May throw boost::system::system_error.
  using PolicyOf = std::function<std::optional<StreamPolicy>(const Endpoint& bound)>;
  void arrange_listeners(const PolicyOf& policy_of);
  /// Times count for those who wait already; beyond a lower bound nobody is thrown out, but nobody comes in either.
  void set_options(const Options& options) noexcept;
  /// For streams accepted from now on.
  void set_tls(std::shared_ptr<const net::TlsSettings> settings) noexcept { tls_ = std::move(settings); }
  void set_now(Instant now) noexcept { now_ = now; }

  void on_listener_ready(std::uint32_t listener);
  void on_stream_ready(std::uint32_t slot, const net::EpollSet::Event& event);

  enum class Room : std::uint8_t {
    data,    ///< dropped when the queue is full
    answer,  ///< may go a little beyond: nobody asks again over a stream
  };
  /// Queues a message, which must be padded already. False: no such client, or its queue is full.
  [[nodiscard]] bool send(const FiveTuple& client, ByteSpan message, Room room) noexcept;
  [[nodiscard]] bool has(const FiveTuple& client) const noexcept { return by_client_.contains(client); }
  /// A client with an allocation may be silent as long as it likes.
  void hold(const FiveTuple& client, bool held) noexcept;

  /// Takes a connection out, to be adopt()ed elsewhere.
  [[nodiscard]] std::optional<MovingStream> take(const FiveTuple& client);
  [[nodiscard]] std::optional<StreamId> adopt(MovingStream moving);
  // Of data connections.
  [[nodiscard]] std::optional<StreamId> find(const FiveTuple& client) const noexcept;
  void start_data(StreamId stream);
  [[nodiscard]] bool send_data(StreamId stream, ByteSpan bytes) noexcept;
  [[nodiscard]] std::size_t queued(StreamId stream) noexcept;
  void pause_reading(StreamId stream, bool paused) noexcept;
  /// Closes it when what waits for it is sent. The socket is read to its end first, without use for what comes: closing
  /// with unread bytes would make the kernel throw away what the client has not got yet.
  void finish(StreamId stream, StreamEnd reason);
  /// Once before each round of events: slots freed in the last one may be used again, since no stale event names them.
  void recycle_slots() noexcept;
  /// Goes on with what a moved stream brought along.
  void resume(StreamId stream);

  /// Writes what was queued. Once at the end of each turn.
  void flush();
  void tick();
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;
  void close_all();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  [[nodiscard]] std::size_t queue_limit() const noexcept { return options_.queue_bytes; }

 private:
  /// What a stream waits for decides when it is closed. In each list all wait equally long: first in, first out.
  enum class Waiting : std::uint8_t {
    handshake,
    first_message,
    next_message,
    draining,   ///< finish(): for the client to take what is queued
    lingering,  ///< finish(): all is sent, the client's end is to come
    nothing,    ///< must stay the last
  };
  static constexpr std::size_t kWaitingCount = 6;

  struct Connection {
    Connection(net::TcpSocket tcp, ClientStream client_stream, net::BlockPool& pool)
        : socket(std::move(tcp)), stream(std::move(client_stream)), out(pool) {}
    net::TcpSocket socket;
    ClientStream stream;
    net::ByteQueue out;
    FiveTuple five_tuple;
    bool registered = false;  // in by_client_
    bool dirty = false;       // in dirty_
    bool paused = false;
    bool drain_wanted = false;  // the queue was found full; say when it is not
    bool overflowed = false;
    bool is_data = false;     // after start_data()
    bool read_ended = false;  // while finishing: the client has said that no more will come
    std::optional<StreamEnd> finishing;
    Instant finish_by{};  // while finishing: however slowly it goes on
    net::EpollSet::Interest interest;
    Waiting waiting = Waiting::first_message;
    Instant deadline{};
    std::list<std::uint32_t>::iterator place;
  };
  struct Slot {
    std::uint32_t generation = 0;
    std::unique_ptr<Connection> connection;
  };
  struct Listener {
    PausableListener listener;
    std::shared_ptr<const StreamPolicy> policy;
  };
  class QueueSink;

  [[nodiscard]] Connection* find(StreamId id) noexcept;
  [[nodiscard]] StreamId id_of(std::uint32_t slot) const noexcept { return {slot, slots_[slot].generation}; }
  [[nodiscard]] Connection* insert(net::TcpSocket socket, ClientStream stream, std::uint32_t& slot);
  void admit(net::TcpSocket socket, const Listener& listener);
  void admit_waiting(Listener& listener);
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool evict_oldest(std::initializer_list<Waiting> among);
  void refuse_with_reserve(Listener& listener);

  void read(std::uint32_t slot);
  void advance(StreamId id);
  [[nodiscard]] bool on_phase(StreamId id, Connection& connection);
  void hand_over_http(StreamId id, Connection& connection);
  void wait(Connection& connection, Waiting waiting) noexcept;
  [[nodiscard]] Duration timeout_of(Waiting waiting) const noexcept;
  [[nodiscard]] bool make_known(StreamId id, Connection& connection);
  void discard(StreamId id, Connection& connection, std::size_t bytes);
  void linger(StreamId id, Connection& connection);
  void mark_dirty(std::uint32_t slot, Connection& connection) noexcept;
  void write_out(std::uint32_t slot);
  void update_interest(std::uint32_t slot, Connection& connection) noexcept;
  void end(StreamId id, StreamEnd reason);
  std::unique_ptr<Connection> remove(StreamId id) noexcept;

  Options options_;
  net::EpollSet& epoll_;
  StreamEvents& events_;
  std::shared_ptr<const net::TlsSettings> tls_;
  Instant now_{};
  net::BlockPool pool_;
  std::vector<Listener> listeners_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> freed_slots_;  // in this round
  std::vector<std::uint32_t> dirty_;
  std::array<std::list<std::uint32_t>, kWaitingCount> waiting_;
  std::unordered_map<FiveTuple, std::uint32_t, KeyedHash> by_client_;
  std::size_t size_ = 0;
  net::FileDescriptor reserve_;  // given up for a moment when there is no descriptor left to accept with
  std::vector<std::uint8_t> read_buffer_;
  std::vector<std::uint8_t> scratch_;
  Counters counters_;
};

}  // namespace turnpike::server
