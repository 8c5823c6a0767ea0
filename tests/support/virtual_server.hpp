#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/turn/relay_core.hpp"
#include "turnpike/turn/wrap.hpp"

namespace turnpike::test {

[[nodiscard]] inline Bytes to_bytes(ByteSpan span) { return {span.begin(), span.end()}; }
[[nodiscard]] inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }

struct ToClient {
  FiveTuple to;
  Bytes bytes;
};
struct ToPeer {
  Endpoint from;  ///< the relay socket
  Endpoint to;
  Bytes payload;
  bool dont_fragment = false;
};

struct ServerOptions {
  std::shared_ptr<const turn::CoreConfig> config;
  turn::QuotaLimits limits;
  std::uint32_t errors_per_second = 0;  ///< 0: no ration
  std::uint8_t workers = 1;
  std::uint64_t seed = 1;
};

/// The shell around one or more relay cores, without sockets: carries out every command at once, with ports that are
/// entries of a set. Throws std::logic_error when a core asks for something that makes no sense.
class VirtualServer {
 public:
  explicit VirtualServer(const ServerOptions& options);

  // What arrives.
  turn::ClientVerdict on_client_datagram(const FiveTuple& five_tuple, ByteSpan datagram, Now now);
  /// At the relay socket bound to `local`; nothing when there is none, as for a closed port.
  std::optional<turn::PeerVerdict> on_peer_datagram(const Endpoint& local, const Endpoint& source, ByteSpan payload,
                                                    Now now);
  std::optional<DropReason> on_peer_icmp(const Endpoint& local, const Endpoint& peer, const stun::Icmp& icmp, Now now);
  void on_client_closed(const FiveTuple& five_tuple, Now now);

  // TCP allocations. A data connection's five-tuple carries no TURN any more: on_client_datagram() takes it as data.
  /// A connection from `peer` to the relay socket at `local`; nothing when the core does not want it.
  std::optional<turn::ConnectionId> on_peer_connection(const Endpoint& local, const Endpoint& peer, Now now);
  /// Answers all connects that are held.
  void answer_held_connects(bool connected, Now now);
  Duration on_connection_data(turn::ConnectionId connection, turn::DataDirection direction, std::size_t bytes, Now now);
  /// The peer closes.
  void on_peer_closed(turn::ConnectionId connection);

  /// Until nothing is due any more.
  void tick(Now now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  bool end_all(Now now);

  // The control plane, at all workers; what is no longer good ends at once.
  void replace_config(std::shared_ptr<const turn::CoreConfig> config, Now now);
  bool revoke(const std::string& username, UnixSeconds expiry, Now now);
  bool end_one(std::size_t worker, turn::AllocationId allocation, Now now);

  // What goes out; each call empties what it returns.
  [[nodiscard]] std::vector<ToClient> take_to_clients() { return std::exchange(to_clients_, {}); }
  [[nodiscard]] std::vector<ToPeer> take_to_peers() { return std::exchange(to_peers_, {}); }
  /// Only what is for that client; the rest stays.
  [[nodiscard]] std::vector<Bytes> take_for(const FiveTuple& client);

  /// From now on every command is written down in words: see command_trace.hpp.
  void trace() { tracing_ = true; }
  [[nodiscard]] std::vector<std::string> take_trace() { return std::exchange(trace_, {}); }

  // Faults.
  void refuse_sockets_of(AddressFamily family) { refused_families_.insert(family); }
  void accept_all_sockets() { refused_families_.clear(); }
  /// Keeps requests for sockets until answer_held_opens(): the time in which an allocation is pending.
  void hold_opens(bool hold) { hold_opens_ = hold; }
  [[nodiscard]] std::size_t held_opens() const { return held_.size(); }
  void answer_held_opens(Now now);
  /// Whether connects to peers wait for answer_held_connects(), else peers accept at once, or refuse.
  enum class Connects : std::uint8_t { accepted, refused, held };
  void set_connects(Connects connects) { connects_ = connects; }

  // What there is.
  [[nodiscard]] turn::RelayCore& core(std::size_t worker = 0) { return *workers_[worker].core; }
  [[nodiscard]] std::size_t worker_of(const FiveTuple& five_tuple) const {
    return five_tuple.client.port % workers_.size();
  }
  [[nodiscard]] const turn::LocalQuotaLedger& ledger() const { return ledger_; }
  [[nodiscard]] std::size_t allocations() const;
  [[nodiscard]] std::size_t reservations() const;
  [[nodiscard]] std::size_t open_sockets() const { return sockets_.size(); }
  [[nodiscard]] std::vector<Endpoint> open_addresses(turn::RelayProtocol protocol = turn::RelayProtocol::udp) const;
  struct Connection {
    turn::ConnectionId id;
    std::size_t worker = 0;
    turn::AllocationId allocation;
    AddressFamily family{};  ///< of the relay socket
    Endpoint peer;           ///< on the wire
    bool connected = false;
    std::optional<FiveTuple> data;  ///< the client's stream that is bound to it
  };
  /// All peer connections, in no order.
  [[nodiscard]] const std::vector<Connection>& connections() const { return connections_; }
  [[nodiscard]] std::size_t sockets_put_aside() const { return aside_.size(); }
  [[nodiscard]] std::size_t ports_in_use() const { return ports_.size(); }
  [[nodiscard]] const std::vector<turn::AllocationStarted>& started() const { return started_; }
  [[nodiscard]] const std::vector<turn::AllocationEnded>& ended() const { return ended_; }
  [[nodiscard]] std::size_t refusals() const { return refusals_; }
  /// Every allocated port belongs to exactly one socket, and the cores' counts agree with the shell's. Throws if not.
  void check_consistency() const;

 private:
  struct Worker {
    std::unique_ptr<SeededRandom> random;
    std::unique_ptr<turn::RelayCore> core;
  };
  /// A socket by its owner: worker, slot, generation, family.
  using SocketName = std::tuple<std::size_t, std::uint32_t, std::uint32_t, AddressFamily>;
  using TokenBytes = std::array<std::uint8_t, 8>;
  struct Held {
    std::size_t worker;
    turn::OpenRelaySocket request;
  };

  void drain(std::size_t worker, Now now);
  void end_unvouched(Now now);
  void carry_out(std::size_t worker, turn::Command& command, Now now);
  void open(std::size_t worker, const turn::OpenRelaySocket& request, Now now);
  void redeem(std::size_t worker, const turn::RedeemReservation& request, Now now);
  void close(std::size_t worker, const turn::CloseRelaySocket& request);
  void connect(std::size_t worker, const turn::ConnectPeer& request, Now now);
  void report_connect(turn::ConnectionId connection, bool connected, Now now);
  void close_connection(std::size_t worker, turn::ConnectionId connection);
  void bind(const turn::BindDataConnection& request, Now now);
  bool carry_out_tcp(std::size_t worker, turn::Command& command, Now now);
  [[nodiscard]] Connection* find(turn::ConnectionId connection);
  [[nodiscard]] Connection* find_data(const FiveTuple& five_tuple);
  void erase_connection(turn::ConnectionId connection);
  void check_connections() const;
  bool report(std::size_t worker, turn::AllocationId allocation, std::optional<Endpoint> local, AddressFamily family,
              Now now);
  [[nodiscard]] std::optional<Endpoint> take_port(const turn::OpenRelaySocket& request);
  [[nodiscard]] std::optional<SocketName> owner_of(const Endpoint& local) const;

  std::shared_ptr<const turn::CoreConfig> config_;
  turn::LocalQuotaLedger ledger_;
  turn::ErrorRation ration_;
  SeededRandom random_;
  std::vector<Worker> workers_;
  turn::Outbox outbox_;
  std::map<SocketName, Endpoint> sockets_;
  std::map<Endpoint, SocketName> owners_;
  std::map<TokenBytes, Endpoint> aside_;
  std::set<Endpoint> ports_;
  std::set<Endpoint> listening_;  // those of sockets_ that relay TCP
  std::set<AddressFamily> refused_families_;
  std::deque<Held> held_;
  bool hold_opens_ = false;
  Connects connects_ = Connects::accepted;
  std::vector<Connection> connections_;
  bool tracing_ = false;
  std::vector<std::string> trace_;
  std::vector<ToClient> to_clients_;
  std::vector<ToPeer> to_peers_;
  std::vector<turn::AllocationStarted> started_;
  std::vector<turn::AllocationEnded> ended_;
  std::size_t refusals_ = 0;
};

}  // namespace turnpike::test
