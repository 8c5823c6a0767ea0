#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/event_token.hpp"
#include "server/pausable_listener.hpp"
#include "server/relay_sockets.hpp"
#include "server/streams.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/byte_queue.hpp"
#include "turnpike/net/epoll_set.hpp"
#include "turnpike/net/tcp_listener.hpp"
#include "turnpike/net/tcp_socket.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/command.hpp"
#include "turnpike/turn/connection_id.hpp"
#include "turnpike/turn/relay_core.hpp"

namespace turnpike::server {

/// What TCP relaying needs the core for. Called from inside the methods of TcpRelays.
class TcpRelayEvents {
 public:
  TcpRelayEvents() = default;
  TcpRelayEvents(const TcpRelayEvents&) = delete;
  TcpRelayEvents& operator=(const TcpRelayEvents&) = delete;
  virtual ~TcpRelayEvents() = default;
  /// Nothing: it is closed at once.
  [[nodiscard]] virtual std::optional<turn::ConnectionId> on_peer_connection(turn::AllocationId allocation,
                                                                             const Endpoint& peer) = 0;
  /// False: it is closed at once.
  [[nodiscard]] virtual bool on_peer_connected(turn::ConnectionId connection, bool connected) = 0;
  virtual void on_connection_closed(turn::ConnectionId connection) noexcept = 0;
  /// How long to stop reading from that side.
  [[nodiscard]] virtual Duration on_connection_data(turn::ConnectionId connection, turn::DataDirection direction,
                                                    std::size_t bytes) noexcept = 0;
};

/// The TCP relayed transport addresses of one worker and the peers connected to them (RFC 6062). A bound peer
/// connection and the client's data connection are one pipe: neither side is read while what it sent before still waits
/// for the other (section 3: flow control is end to end). One thread.
class TcpRelays {
 public:
  TcpRelays(RelaySockets& ports, net::EpollSet& epoll, Streams& streams, TcpRelayEvents& events);
  TcpRelays(const TcpRelays&) = delete;
  TcpRelays& operator=(const TcpRelays&) = delete;
  ~TcpRelays();

  void set_now(Instant now) noexcept { now_ = now; }
  /// As Streams::recycle_slots().
  void recycle_slots();

  /// Listens on a relay port.
  [[nodiscard]] std::optional<Endpoint> open(const turn::OpenRelaySocket& command);
  /// With all its connections. Nothing happens for an allocation that is not ours.
  void close(turn::AllocationId allocation, AddressFamily family);
  /// False: it failed at once, and on_peer_connected() is not called.
  [[nodiscard]] bool connect(const turn::ConnectPeer& command);
  void close(turn::ConnectionId connection);
  /// From now on `stream`, which is in its data phase, and the peer are one pipe. False: the connection is gone.
  [[nodiscard]] bool bind(turn::ConnectionId connection, StreamId stream);

  void on_relay_ready(std::uint32_t index);
  void on_peer_ready(std::uint32_t index, const net::EpollSet::Event& event);
  // From Streams.
  void on_stream_data(StreamId stream, ByteSpan bytes);
  void on_stream_drained(StreamId stream);
  void on_data_stream_closed(StreamId stream);

  void tick();
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;
  void close_all();

 private:
  struct Relay {
    turn::AllocationId allocation;
    AddressFamily family;
    PausableListener listener;
    std::uint32_t address;  // index of the relay address
  };
  struct Peer {
    enum class State : std::uint8_t {
      connecting,
      pending,    ///< waits for ConnectionBind
      bound,      ///< one pipe with `stream`
      finishing,  ///< its client is gone, or it has said its last: what waits for it is still sent
      lingering,  ///< all is sent; read to its end, or the kernel would throw away what it has not got yet
    };
    Peer(turn::ConnectionId connection, turn::AllocationId owner, net::TcpSocket tcp, net::BlockPool& pool)
        : id(connection), allocation(owner), socket(std::move(tcp)), to_peer(pool) {}
    turn::ConnectionId id;
    turn::AllocationId allocation;
    net::TcpSocket socket;
    State state = State::connecting;
    StreamId stream{};
    net::ByteQueue to_peer;
    net::EpollSet::Interest interest{.readable = false, .writable = true};
    bool client_full = false;                                     // the client's queue: the peer is not read
    std::optional<Instant> rate_peer;                             // the peer is not read until then
    std::optional<Instant> rate_client;                           // nor the client
    std::optional<Instant> finish_by;                             // finishing or lingering
    Instant finish_limit{};                                       // however slowly it goes on
    std::optional<std::list<std::uint32_t>::iterator> finishing;  // in finishing_
    bool read_ended = false;
    std::optional<std::multimap<Instant, std::uint32_t>::iterator> wake;  // in wake_, for the earliest of these three
  };
  struct PerAllocation {
    std::vector<std::uint32_t> relays;
    std::vector<std::uint32_t> peers;
  };

  [[nodiscard]] std::uint32_t insert(std::unique_ptr<Peer> peer);
  void remove(std::uint32_t index);
  void resume_relays();
  void schedule(std::uint32_t index, Peer& peer);
  void finish(std::uint32_t index);
  void discard(std::uint32_t index);
  void cut_off(std::uint32_t index);
  void drop(std::uint32_t index);
  void set_interest(std::uint32_t index, Peer& peer) noexcept;
  void pause_client(const Peer& peer) noexcept;
  void finish_connect(std::uint32_t index);
  void read_peer(std::uint32_t index);
  void write_peer(std::uint32_t index);
  void close_from_peer(std::uint32_t index);
  void pause(std::uint32_t index, std::optional<Instant>& until, Duration pause);
  [[nodiscard]] Peer* find(std::uint32_t index) noexcept {
    return index < peers_.size() ? peers_[index].get() : nullptr;
  }
  [[nodiscard]] std::optional<std::uint32_t> peer_of(StreamId stream) const noexcept;
  [[nodiscard]] static std::uint64_t key_of(StreamId stream) noexcept {
    return (std::uint64_t{stream.generation} << 32U) | stream.slot;
  }

  RelaySockets& ports_;
  net::EpollSet& epoll_;
  Streams& streams_;
  TcpRelayEvents& events_;
  Instant now_{};
  net::BlockPool pool_;
  std::deque<std::unique_ptr<Relay>> relays_;
  std::deque<std::unique_ptr<Peer>> peers_;
  std::vector<std::uint32_t> free_relays_;
  std::vector<std::uint32_t> free_peers_;
  std::vector<std::uint32_t> freed_relays_;  // in this round
  std::vector<std::uint32_t> freed_peers_;
  std::vector<std::uint32_t> paused_relays_;
  std::unordered_map<std::uint32_t, PerAllocation> allocations_;  // by slot
  std::unordered_map<std::uint32_t, std::uint32_t> by_id_;        // connection id to index
  std::unordered_map<std::uint64_t, std::uint32_t> by_stream_;
  std::list<std::uint32_t> finishing_;          // oldest first: without an allocation, so bounded here
  std::multimap<Instant, std::uint32_t> wake_;  // one entry for each peer that waits for an instant
  std::vector<std::uint8_t> read_buffer_;
};

}  // namespace turnpike::server
