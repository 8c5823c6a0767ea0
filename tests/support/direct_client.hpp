#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "support/core_settings.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/virtual_server.hpp"
#include "turnpike/client/turn_session.hpp"

namespace turnpike::test {

/// What a client got from a peer, copied.
struct FromPeer {
  Endpoint peer;
  std::uint16_t channel = 0;
  std::string payload;
  friend bool operator==(const FromPeer&, const FromPeer&) = default;
};

/// A client that talks to the server without a network in between: every call ends with the answer, and no time passes.
class DirectClient {
 public:
  DirectClient(VirtualServer& server, VirtualClock& clock, FiveTuple five_tuple, client::SessionOptions options);

  // Each sends its request, answers challenges, and returns how it ended.
  client::Outcome bind();
  client::Outcome allocate(const client::AllocateOptions& options = {});
  client::Outcome refresh(std::optional<Seconds> lifetime = {}, std::optional<AddressFamily> family = {});
  client::Outcome create_permission(std::initializer_list<Endpoint> peers);
  client::Outcome bind_channel(std::uint16_t number, const Endpoint& peer);
  client::Outcome connect(const Endpoint& peer);
  client::Outcome bind_connection(std::uint32_t connection);
  /// Over the channel when there is one, else as a Send indication.
  turn::ClientVerdict send(const Endpoint& peer, std::string_view payload);

  /// Sends bytes as they are and returns what the server says to this client.
  std::vector<Bytes> exchange(ByteSpan datagram);
  /// Feeds what the server has for this client to the session.
  void receive();

  [[nodiscard]] client::TurnSession& session() { return session_; }
  [[nodiscard]] const FiveTuple& five_tuple() const { return five_tuple_; }
  /// The first relayed transport address.
  [[nodiscard]] Endpoint relayed() const { return session_.allocation().value().relayed.at(0); }
  [[nodiscard]] std::vector<FromPeer> take_received() { return std::exchange(received_, {}); }
  [[nodiscard]] std::vector<client::PeerError> take_peer_errors() { return std::exchange(peer_errors_, {}); }
  [[nodiscard]] std::vector<client::ConnectionAttempt> take_attempts() { return std::exchange(attempts_, {}); }
  /// The outcome of the last request that ended.
  [[nodiscard]] const std::optional<client::Outcome>& outcome() const { return outcome_; }
  /// The datagrams that the session has sent, in order.
  [[nodiscard]] const std::vector<Bytes>& sent() const { return sent_; }
  [[nodiscard]] const std::vector<Bytes>& answers() const { return answers_; }

 private:
  client::Outcome run(client::TransactionNumber number);

  VirtualServer& server_;
  VirtualClock& clock_;
  FiveTuple five_tuple_;
  SeededRandom random_;
  client::TurnSession session_;
  std::vector<Bytes> sent_;
  std::vector<Bytes> answers_;
  std::vector<FromPeer> received_;
  std::vector<client::PeerError> peer_errors_;
  std::vector<client::ConnectionAttempt> attempts_;
  std::optional<client::Outcome> outcome_;
};

}  // namespace turnpike::test
