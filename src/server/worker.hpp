#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/listener_role.hpp"
#include "server/proxy_routes.hpp"
#include "server/relay_sockets.hpp"
#include "server/send_arena.hpp"
#include "server/streams.hpp"
#include "server/tcp_relays.hpp"
#include "server/worker_statistics.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/control/http_server.hpp"
#include "turnpike/control/store.hpp"
#include "turnpike/net/dtls_server.hpp"
#include "turnpike/net/epoll_set.hpp"
#include "turnpike/net/receive_batch.hpp"
#include "turnpike/net/send_batch.hpp"
#include "turnpike/net/udp_socket.hpp"
#include "turnpike/turn/error_ration.hpp"
#include "turnpike/turn/outbox.hpp"
#include "turnpike/turn/relay_core.hpp"

namespace turnpike::server {

class Worker;

/// What workers tell the rest of the server. Called on worker threads: an implementation hands over and returns, it
/// must not block.
class WorkerObserver {
 public:
  WorkerObserver() = default;
  WorkerObserver(const WorkerObserver&) = delete;
  WorkerObserver& operator=(const WorkerObserver&) = delete;
  virtual ~WorkerObserver() = default;
  virtual void on_allocation_started(const turn::AllocationStarted& started) noexcept = 0;
  virtual void on_allocation_ended(const turn::AllocationEnded& ended) noexcept = 0;
  virtual void on_refused(const turn::RequestRefused& refused) noexcept = 0;
  /// A connection that turned out to be HTTP.
  virtual void on_http_stream(control::HttpStream stream) noexcept = 0;
};

/// What one worker listens on.
struct WorkerListeners {
  struct Datagram {
    net::UdpSocket socket;
    DatagramRole role{};
  };
  struct Stream {
    net::TcpListener socket;
    StreamPolicy policy;
  };
  std::vector<Datagram> datagram;
  std::vector<Stream> stream;
};

/// What all workers are to listen on, and how.
struct ListenerArrangement {
  std::vector<ListenUrl> serving;  ///< with the ports that are really bound
  bool with_tls = false;
  int receive_buffer = 0;  ///< of datagram listeners; 0 leaves them as they are
  int send_buffer = 0;
};

/// One core's share of the server: an io_context run by one thread, listeners, client streams, relay core, relay
/// sockets, buffers. Nothing of it is touched by another thread except through post().
class Worker final : StreamEvents, TcpRelayEvents, net::DtlsServer::Events {
 public:
  struct Options {
    std::uint32_t index = 0;
    RelaySockets::Options relay;
    Streams::Options streams;
    net::DtlsServer::Options dtls;
    std::shared_ptr<const turn::CoreConfig> config;
  };
  /// Shared by all workers; outlives them.
  struct Surroundings {
    turn::QuotaLedger& quota;
    turn::ErrorRation& error_ration;
    WorkerObserver& observer;
    const std::vector<std::unique_ptr<Worker>>& workers;  ///< complete before any of them starts
  };

  /// What of the options can change later.
  struct Limits {
    Streams::Options streams;
    net::DtlsServer::Options dtls;
    int relay_receive_buffer = 0;  ///< of sockets opened from now on
    int relay_send_buffer = 0;
  };

  /// May throw boost::system::system_error: start-up only.
  Worker(Options options, const Surroundings& surroundings);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() override;

  /// Before start(). May throw boost::system::system_error.
  void add_listeners(WorkerListeners listeners);
  void start();
  /// Ends the loop after what is posted so far, and the thread with it.
  void stop();

  /// The mailbox: runs `task(Worker&)` on the worker's thread, between two batches of datagrams. Any thread.
  template <typename Task>
  void post(Task task) {
    boost::asio::post(io_, [this, task = std::move(task)]() mutable {
      begin_turn();
      task(*this);
      end_turn();
    });
  }

  // From here on: only inside post().
  void start_draining() noexcept { core_.start_draining(); }
  [[nodiscard]] std::size_t allocation_count() const noexcept { return core_.allocation_count(); }
  [[nodiscard]] bool announces(const IpAddress& address) const noexcept { return core_.announces(address); }
  [[nodiscard]] std::uint64_t free_relay_ports() const noexcept { return relay_sockets_.free_ports(); }
  [[nodiscard]] WorkerStatistics statistics() const noexcept;
  /// Another worker's client redeems a reservation of ours; the answer goes back through its mailbox.
  void hand_over_reservation(std::uint32_t to, turn::AllocationId allocation, const turn::ReservationToken& token,
                             const std::string& user);
  void on_reservation_redeemed(turn::AllocationId allocation, std::optional<RelaySocket> socket);
  /// A client that an other worker accepted binds a data connection of ours (RFC 6062 section 5.4).
  void on_data_connection(MovingStream moving, const turn::BindDataConnection& bind);
  /// For streams accepted and handshakes begun from now on. Null: no TLS and no DTLS.
  void set_tls(const std::shared_ptr<const net::TlsSettings>& settings);
  void set_limits(const Limits& limits) noexcept;

  // Listeners: worker_listeners.cpp.
  /// `arrangement` from now on; `opened` are those of it that are new. A stream listener that is no longer in it is
  /// closed, its streams stay. A datagram listener takes no new clients any more and waits for settle_listeners(). May
  /// throw boost::system::system_error and std::bad_alloc.
  void arrange_listeners(const ListenerArrangement& arrangement, WorkerListeners opened);
  /// How many allocations came by each of these datagram listeners.
  [[nodiscard]] std::vector<std::size_t> count_allocations_at(const std::vector<Endpoint>& listeners) const;
  /// At no worker has one of these an allocation any more: `idle` ones need not remember how they were before, and
  /// those that were removed are closed. All workers close theirs: a socket less, and the kernel would send the clients
  /// of the others to other workers.
  void settle_listeners(const std::vector<Endpoint>& idle, const std::vector<Endpoint>& removed);
  void give_back_port(std::uint32_t address, std::uint16_t port) { relay_sockets_.give_back_port(address, port); }

  // For the control plane: worker_control.cpp. Clients of ended allocations keep their connections.
  /// Relays from the addresses of `config`, and ends what it no longer vouches for.
  void replace_config(std::shared_ptr<const turn::CoreConfig> config);
  /// Refuses the username and ends its allocations. False when there was no room to remember it.
  bool revoke(std::string username, UnixSeconds expiry);
  /// As many as there is room for.
  void revoke_all(const std::vector<control::StoredRevocation>& revocations);
  /// False when it is gone.
  bool end_one(turn::AllocationId allocation);
  void end_all_allocations();
  [[nodiscard]] turn::AllocationPage list_allocations(const turn::AllocationFilter& filter, std::uint32_t from_slot,
                                                      std::size_t limit) const {
    return core_.list_allocations(filter, from_slot, limit, now_);
  }
  [[nodiscard]] std::optional<turn::AllocationDetails> describe(turn::AllocationId allocation) const {
    return core_.describe(allocation, now_);
  }
  [[nodiscard]] turn::CoreTotals totals() const noexcept { return core_.totals(now_); }
  [[nodiscard]] turn::Traffic traffic() const noexcept { return core_.traffic(); }

 private:
  void begin_turn() noexcept;
  void end_turn();
  void end_unvouched();
  void wait_for_datagrams();
  void on_readable();
  void serve(const net::EpollSet::Event& event);
  void serve_other(const net::EpollSet::Event& event);
  void serve_listener(net::UdpSocket& listener);
  void serve_relay_socket(net::UdpSocket& socket, turn::AllocationId allocation);
  void serve_errors(net::UdpSocket& socket, turn::AllocationId allocation);
  [[nodiscard]] std::span<const net::ReceivedDatagram> read(net::UdpSocket& socket) noexcept;
  void flush();
  void forward_to_peer(const turn::ClientVerdict& verdict) noexcept;
  void forward_to_client(const turn::PeerVerdict& verdict, MutableByteSpan payload) noexcept;
  void tick();
  void arm_timer();
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;

  // Listeners: worker_listeners.cpp.
  enum class Watch : std::uint8_t { begin, move };
  void place(WorkerListeners::Datagram listener, Watch watch);
  [[nodiscard]] std::vector<WorkerListeners::Datagram> take_datagram_listeners();
  [[nodiscard]] net::UdpSocket* find_listener(const FiveTuple& client) noexcept;
  struct Route {
    net::UdpSocket* listener;
    Endpoint to;
  };
  [[nodiscard]] std::optional<Route> find_route(const FiveTuple& client) noexcept;
  struct Arrival {
    FiveTuple five_tuple;  ///< as if it were plain UDP
    ByteSpan payload;
    std::optional<Endpoint> proxy;  ///< that it came by
  };
  void serve_special_listener(WorkerListeners::Datagram& listener);
  void serve_special(const DatagramRole& role, const net::ReceivedDatagram& datagram);
  void serve_arrival(const DatagramRole& role, const Arrival& arrival, bool is_welcome);
  void serve_dtls_or_drop(const FiveTuple& five_tuple, ByteSpan datagram, DropReason reason) noexcept;

  // Clients that are not plain UDP: worker_clients.cpp.
  void serve_message(const FiveTuple& client, ByteSpan message);
  [[nodiscard]] ByteSpan keep(ByteSpan bytes) noexcept;
  /// `message` may be padded in the tail-room of `payload`.
  void forward_to_other_client(const FiveTuple& client, ByteSpan message, MutableByteSpan payload) noexcept;
  void hold_client(const FiveTuple& client, bool held);
  void on_stream_message(const FiveTuple& client, ByteSpan message) override;
  void on_stream_closed(const FiveTuple& client) override;
  void on_http_stream(control::HttpStream stream) override;
  void on_stream_data(StreamId stream, ByteSpan bytes) override;
  void on_stream_drained(StreamId stream) override;
  void on_data_stream_closed(StreamId stream) override;
  void on_wire(const FiveTuple& client, ByteSpan datagram) noexcept override;
  void on_message(const FiveTuple& client, MutableByteSpan message) noexcept override;
  void on_closed(const FiveTuple& client) noexcept override;
  std::optional<turn::ConnectionId> on_peer_connection(turn::AllocationId allocation, const Endpoint& peer) override;
  bool on_peer_connected(turn::ConnectionId connection, bool connected) override;
  void on_connection_closed(turn::ConnectionId connection) noexcept override;
  Duration on_connection_data(turn::ConnectionId connection, turn::DataDirection direction,
                              std::size_t bytes) noexcept override;

  // The command runner: worker_commands.cpp.
  void run_commands();
  void run(turn::SendToClient& command);
  void run(turn::OpenRelaySocket& command);
  void run(turn::RedeemReservation& command);
  void run(turn::CloseRelaySocket& command);
  void run(turn::DropReservation& command);
  void run(turn::ConnectPeer& command);
  void run(turn::ClosePeerConnection& command);
  void run(turn::BindDataConnection& command);
  void run(turn::AllocationStarted& command);
  void run(turn::AllocationEnded& command);
  void run(turn::RequestRefused& command);

  struct OpenedSocket {
    turn::AllocationId allocation;
    std::optional<Endpoint> local;
    AddressFamily family;
  };

  const std::uint32_t index_;
  Surroundings surroundings_;
  SystemRandom random_;
  boost::asio::io_context io_{1};
  net::EpollSet epoll_;
  boost::asio::posix::stream_descriptor readable_;
  boost::asio::steady_timer timer_;
  std::optional<Instant> armed_for_;
  Now now_{};

  net::ReceiveBatch receive_;
  net::SendBatch send_;
  turn::Outbox outbox_;
  SendArena arena_;
  std::vector<OpenedSocket> opened_;               // what the commands just run have opened, not yet told to the core
  std::vector<FiveTuple> closed_;                  // DTLS clients that turned out to be gone while commands were run
  std::vector<turn::ConnectionId> unconnectable_;  // likewise: connections that failed at once
  std::vector<net::UdpSocket> listeners_;          // plain ones: the index is their token
  std::vector<WorkerListeners::Datagram> special_listeners_;
  ProxyRoutes proxy_routes_;
  RelaySockets relay_sockets_;
  Streams streams_;
  TcpRelays tcp_relays_;
  net::DtlsServer::Options dtls_options_;
  std::optional<net::DtlsServer> dtls_;
  turn::RelayCore core_;
  WorkerStatistics statistics_;
  std::thread thread_;
};

}  // namespace turnpike::server
