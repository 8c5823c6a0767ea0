#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/direct_client.hpp"

namespace turnpike::test {

/// What happens to every datagram on its way.
struct LinkQuality {
  Duration latency = std::chrono::milliseconds{20};
  Duration jitter{};  ///< added at random, so that datagrams overtake each other
  unsigned loss_percent = 0;
  unsigned duplicate_percent = 0;
};

/// A client behind the network: a session that retransmits, and what it got.
class NetworkClient {
 public:
  NetworkClient(const FiveTuple& five_tuple, client::SessionOptions options, std::uint64_t seed)
      : five_tuple_(five_tuple), random_(seed), session_(std::move(options), random_) {}

  [[nodiscard]] const FiveTuple& five_tuple() const { return five_tuple_; }
  [[nodiscard]] client::TurnSession& session() { return session_; }
  [[nodiscard]] Endpoint relayed() const { return session_.allocation().value().relayed.at(0); }
  [[nodiscard]] std::vector<FromPeer> take_received() { return std::exchange(received_, {}); }
  [[nodiscard]] std::size_t transmissions() const { return transmissions_; }

 private:
  friend class VirtualNetwork;
  FiveTuple five_tuple_;
  SeededRandom random_;
  client::TurnSession session_;
  std::map<client::TransactionNumber, client::Outcome> outcomes_;
  std::vector<FromPeer> received_;
  std::size_t transmissions_ = 0;
};

/// A host that is no client: it keeps what arrives, and may answer.
struct NetworkPeer {
  Endpoint address;
  std::vector<ToPeer> received;
  bool echoes = false;
};

/// Hosts around one server, with links that delay, lose, double and reorder, all by one seed; time jumps from one event
/// to the next.
class VirtualNetwork {
 public:
  VirtualNetwork(const ServerOptions& server, const LinkQuality& quality, std::uint64_t seed);

  NetworkClient& add_client(std::string_view from, std::string_view username = "alice",
                            std::string_view password = "wonderland");
  NetworkPeer& add_peer(std::string_view address);

  // Requests; each runs the network until the request has ended.
  client::Outcome allocate(NetworkClient& client, const client::AllocateOptions& options = {});
  client::Outcome refresh(NetworkClient& client, std::optional<Seconds> lifetime = {});
  client::Outcome create_permission(NetworkClient& client, const Endpoint& peer);
  client::Outcome bind_channel(NetworkClient& client, std::uint16_t number, const Endpoint& peer);
  /// Sends and returns at once.
  void send(NetworkClient& client, const Endpoint& peer, std::string_view payload);
  void send_from(const NetworkPeer& peer, const Endpoint& to, std::string_view payload);

  /// The next thing that happens, if it happens not later than `until`; false when nothing does.
  bool step(Instant until);
  /// Lets time pass, with all that happens meanwhile.
  void run_for(Duration time);

  [[nodiscard]] VirtualServer& server() { return server_; }
  [[nodiscard]] VirtualClock& clock() { return clock_; }
  void set_quality(const LinkQuality& quality) { quality_ = quality; }

 private:
  struct Datagram {
    Endpoint from;
    Endpoint to;
    Bytes bytes;
  };

  client::Outcome complete(NetworkClient& client, client::TransactionNumber number);
  void put_on_link(const Endpoint& from, const Endpoint& to, Bytes bytes);
  void schedule(const Datagram& datagram);
  [[nodiscard]] std::optional<Instant> next_event() const;
  void arrive(const Datagram& datagram);
  void arrive_at_client(NetworkClient& client, ByteSpan bytes);
  void collect_from_server();
  void collect_from_clients();

  VirtualClock clock_;
  VirtualServer server_;
  LinkQuality quality_;
  SeededRandom random_;
  std::multimap<Instant, Datagram> under_way_;
  std::deque<NetworkClient> clients_;
  std::deque<NetworkPeer> peers_;
};

}  // namespace turnpike::test
