#pragma once

#include <array>
#include <optional>
#include <vector>

#include "support/core_settings.hpp"
#include "support/virtual_clock.hpp"
#include "support/virtual_server.hpp"
#include "turnpike/client/requests.hpp"
#include "turnpike/client/signer.hpp"

namespace turnpike::test {

/// Clients, peers, sockets and time doing whatever `choices` says, one operation after the other, against cores whose
/// bounds are small enough to be reached. After each operation everything that must always hold is checked; a violation
/// throws std::logic_error. The property test gives random choices, the fuzzer gives its bytes.
class RandomWalk {
 public:
  explicit RandomWalk(Random& choices);

  /// One operation.
  void step();
  /// Lets everything run out and demands that nothing is left.
  void finish();

  [[nodiscard]] const VirtualServer& server() const { return server_; }
  [[nodiscard]] std::size_t successes() const { return successes_; }
  [[nodiscard]] std::size_t forwarded() const { return forwarded_; }
  [[nodiscard]] std::size_t delivered() const { return delivered_; }
  /// Peer connections in either direction, and how many of them were bound.
  [[nodiscard]] std::size_t connected() const { return connected_; }
  [[nodiscard]] std::size_t bound() const { return bound_; }

 private:
  struct WalkingClient {
    FiveTuple five_tuple;
    std::string username;
    std::string password;
    bool ephemeral = false;
    bool rfc5389_only = false;
    std::optional<client::Signer> signer;
    std::vector<Bytes> recent;  // requests, for retransmissions
  };

  [[nodiscard]] std::size_t pick(std::size_t bound);
  [[nodiscard]] bool one_in(std::size_t chance) { return pick(chance) == 0; }
  [[nodiscard]] WalkingClient& pick_client() { return clients_[pick(clients_.size())]; }
  [[nodiscard]] WalkingClient& pick_stream_client();
  [[nodiscard]] Endpoint pick_peer();
  /// More often than not one that somebody asked for lately.
  [[nodiscard]] Endpoint pick_likely_peer();
  [[nodiscard]] Endpoint remember(const Endpoint& peer);
  [[nodiscard]] Bytes pick_bytes(std::size_t max);

  void send_request();
  void send_request(WalkingClient& client, stun::Method method);
  void send_free_form_request();
  void send_noise();
  void send_retransmission();
  void send_payload();
  void send_from_peer();
  void report_icmp();
  void connect_from_peer();
  /// Binds it first if need be.
  void use_connection();
  void end_connection();
  void decide_connects();
  void pass_time();
  void disturb();
  /// What the control plane may do.
  void govern();

  void add_attributes(const WalkingClient& client, stun::Method method, stun::MessageBuilder& builder);
  void add_allocate(const WalkingClient& client, stun::MessageBuilder& builder);
  [[nodiscard]] std::uint32_t pick_connection();
  [[nodiscard]] const VirtualServer::Connection* pick_open_connection();
  void check_connections() const;
  void check_totals();
  void add_random_attributes(stun::MessageBuilder& builder);
  void send_signed(WalkingClient& client, stun::MessageBuilder& builder);
  void corrupt(client::Signer& signer);
  void challenge(WalkingClient& client);
  void deliver(WalkingClient& client, ByteSpan datagram);
  void read_answers();

  void revoke_somebody();
  void end_somebody();
  void change_credentials(bool drop_alice, bool drop_secret);

  Random& choices_;
  CoreSettings settings_;
  VirtualServer server_;
  VirtualClock clock_;
  std::vector<WalkingClient> clients_;
  std::vector<client::ReservationToken> tokens_;
  std::vector<Endpoint> recent_peers_;
  std::vector<std::uint32_t> recent_connections_;
  std::size_t successes_ = 0;
  std::size_t forwarded_ = 0;
  std::size_t delivered_ = 0;
  std::size_t connected_ = 0;
  std::size_t bound_ = 0;
};

}  // namespace turnpike::test
