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

#include "server/relay_sockets.hpp"
#include "server/worker_statistics.hpp"
#include "turnpike/base/system_random.hpp"
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
};

/// One core's share of the server: an io_context run by one thread, listeners, relay core, relay sockets, buffers.
/// Nothing of it is touched by another thread except through post().
class Worker {
 public:
  struct Options {
    std::uint32_t index = 0;
    RelaySockets::Options relay;
    std::shared_ptr<const turn::CoreConfig> config;
  };
  /// Shared by all workers; outlives them.
  struct Surroundings {
    turn::QuotaLedger& quota;
    turn::ErrorRation& error_ration;
    WorkerObserver& observer;
    const std::vector<std::unique_ptr<Worker>>& workers;  ///< complete before any of them starts
  };

  /// May throw boost::system::system_error: start-up only.
  Worker(Options options, const Surroundings& surroundings);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  /// Before start().
  void add_listener(net::UdpSocket listener);
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
  void end_all_allocations();
  [[nodiscard]] WorkerStatistics statistics() const noexcept;
  /// Another worker's client redeems a reservation of ours; the answer goes back through its mailbox.
  void hand_over_reservation(std::uint32_t to, turn::AllocationId allocation, const turn::ReservationToken& token,
                             const std::string& user);
  void on_reservation_redeemed(turn::AllocationId allocation, std::optional<RelaySocket> socket);
  void give_back_port(std::uint32_t address, std::uint16_t port) { relay_sockets_.give_back_port(address, port); }

 private:
  void begin_turn() noexcept;
  void end_turn();
  void wait_for_datagrams();
  void on_readable();
  void serve(const net::EpollSet::Event& event);
  void serve_listener(net::UdpSocket& listener);
  void serve_relay_socket(net::UdpSocket& socket, turn::AllocationId allocation);
  void serve_errors(net::UdpSocket& socket, turn::AllocationId allocation);
  [[nodiscard]] std::span<const net::ReceivedDatagram> read(net::UdpSocket& socket) noexcept;
  void flush() noexcept;
  void forward_to_peer(const turn::ClientVerdict& verdict) noexcept;
  void forward_to_client(const turn::PeerVerdict& verdict, MutableByteSpan payload) noexcept;
  void tick();
  void arm_timer();

  // The command runner: worker_commands.cpp.
  void run_commands();
  void run(turn::SendToClient& command);
  void run(turn::OpenRelaySocket& command);
  void run(turn::RedeemReservation& command);
  void run(turn::CloseRelaySocket& command);
  void run(turn::DropReservation& command);
  void run(turn::AllocationStarted& command);
  void run(turn::AllocationEnded& command);
  void run(turn::RequestRefused& command);
  [[nodiscard]] net::UdpSocket* find_listener(const FiveTuple& client) noexcept;

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
  std::vector<OpenedSocket> opened_;  // what the commands just run have opened, not yet told to the core
  std::vector<net::UdpSocket> listeners_;
  RelaySockets relay_sockets_;
  turn::RelayCore core_;
  WorkerStatistics statistics_;
  std::thread thread_;
};

}  // namespace turnpike::server
