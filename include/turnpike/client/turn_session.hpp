#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/client/requests.hpp"
#include "turnpike/client/retransmission.hpp"
#include "turnpike/client/signer.hpp"
#include "turnpike/stun/attribute_values.hpp"

namespace turnpike::client {

struct SessionOptions {
  Endpoint server;
  std::string username;
  std::string password;
  bool rfc5389_only = false;  ///< ignore PASSWORD-ALGORITHMS and USERHASH, as browsers do: MD5 and MESSAGE-INTEGRITY
  bool reliable = false;      ///< over a stream: no retransmissions, ChannelData is padded
  bool fingerprint = false;
  RetransmissionTimers timers;
};

/// Names a request until it has an outcome; 0 names none.
using TransactionNumber = std::uint64_t;

/// How a request ended.
enum class Ending : std::uint8_t {
  success,
  refused,                 ///< an error response; `code` tells
  timed_out,               ///< no response at all
  integrity_violated,      ///< only responses that are not signed with our key
  bid_down,                ///< a challenge without the PASSWORD-ALGORITHMS that its nonce promises
  unsupported_algorithms,  ///< a challenge that lists no algorithm of ours
  malformed,               ///< a success response without what it must contain
};

struct Outcome {
  TransactionNumber transaction = 0;
  stun::Method method{};
  Ending ending = Ending::success;
  std::optional<stun::ErrorCode> code;
  std::optional<Endpoint> mapped;           ///< XOR-MAPPED-ADDRESS
  std::optional<Endpoint> alternate;        ///< ALTERNATE-SERVER of a 300
  std::optional<std::uint32_t> connection;  ///< CONNECTION-ID, of a Connect
  Duration round_trip{};                    ///< 0 when the request was retransmitted
};
/// A 401 or 438 that is being answered; the request goes on.
struct Challenged {
  TransactionNumber transaction = 0;
  stun::ErrorCode code{};
};
struct PeerDatagram {
  Endpoint peer;
  std::uint16_t channel = 0;  ///< 0 when it came as a Data indication
  ByteSpan payload;           ///< inside the datagram that was passed in
};
struct PeerError {
  Endpoint peer;
  stun::Icmp icmp;
};
/// A peer has connected to our TCP allocation (RFC 6062 section 4.4): to be bound from a session of its own.
struct ConnectionAttempt {
  Endpoint peer;
  std::uint32_t connection = 0;
};
/// Not for us, not acceptable, or a late answer.
struct Ignored {};
using Received = std::variant<Ignored, Outcome, Challenged, PeerDatagram, PeerError, ConnectionAttempt>;

/// What the server gave (RFC 8656 section 7.3).
struct GrantedAllocation {
  std::vector<Endpoint> relayed;  ///< one or two
  Endpoint mapped;
  Seconds lifetime{};
  std::optional<ReservationToken> reservation;
  std::optional<stun::AddressErrorCode> address_error;
};

/// The client's side of one five-tuple (RFC 8489, RFC 8656, RFC 6062) as a state machine: bytes and time go in, bytes
/// and outcomes come out. No I/O, no clock; not thread-safe.
///
/// The loop: start requests; send what poll_transmit() gives until it gives nothing; wait for a datagram or for
/// next_deadline(); feed on_datagram(), or call on_timeout() until it gives nothing; begin again.
class TurnSession {
 public:
  static constexpr std::size_t kMaxPending = 64;

  TurnSession(SessionOptions options, Random& random);

  // Each starts a request and returns its number, or 0 when kMaxPending are under way.
  TransactionNumber bind(Instant now);
  TransactionNumber allocate(const AllocateOptions& options, Instant now);
  TransactionNumber refresh(std::optional<Seconds> lifetime, Instant now, std::optional<AddressFamily> family = {});
  TransactionNumber create_permission(std::span<const Endpoint> peers, Instant now);
  TransactionNumber bind_channel(std::uint16_t number, const Endpoint& peer, Instant now);
  /// RFC 6062 section 4.3, on the control connection of a TCP allocation. The outcome has the connection's id.
  TransactionNumber connect(const Endpoint& peer, Instant now);
  /// RFC 6062 section 4.3: ConnectionBind, on a stream of its own. After success that stream carries the peer's bytes
  /// and is not for this session any more.
  TransactionNumber bind_connection(std::uint32_t connection, Instant now);

  /// The next request that must go to the server now; empty when there is none. Valid until the next call.
  [[nodiscard]] ByteSpan poll_transmit(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;
  /// One request that has failed by now; call again until there is none.
  std::optional<Outcome> on_timeout(Instant now);
  /// `datagram` must have come from the server. Never throws on bad bytes.
  Received on_datagram(ByteSpan datagram, Instant now);

  /// Data for a peer, into the caller's buffer: over its channel when it has one, else as a Send indication. Empty when
  /// it does not fit.
  [[nodiscard]] ByteSpan write_to_peer(MutableByteSpan out, const Endpoint& peer, ByteSpan payload);

  [[nodiscard]] const SessionOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::optional<GrantedAllocation>& allocation() const noexcept { return allocation_; }
  [[nodiscard]] std::size_t pending() const noexcept { return transactions_.size(); }
  /// What requests are signed with since the first challenge; for tests and for a session that is copied.
  [[nodiscard]] const std::optional<Signer>& signer() const noexcept { return signer_; }
  void set_signer(Signer signer) { signer_ = std::move(signer); }

 private:
  using AddAttributes = std::function<void(stun::MessageBuilder&)>;
  struct Transaction {
    TransactionNumber number;
    stun::Method method;
    AddAttributes add_attributes;  // the request is written anew for every challenge
    stun::TransactionId id;
    std::optional<Signer> signer;
    std::vector<std::uint8_t> bytes;
    Retransmission retransmission;
    Instant sent_at;
    unsigned challenges = 0;
    bool saw_forgery = false;
    bool deletes_allocation = false;
  };
  struct Channel {
    std::uint16_t number;
    Endpoint peer;
  };

  TransactionNumber start(stun::Method method, AddAttributes add_attributes, Instant now);
  void write_request(Transaction& transaction, Instant now);
  [[nodiscard]] Transaction* find(const stun::TransactionId& id) noexcept;
  Received on_response(Transaction& transaction, const stun::MessageView& response, Instant now);
  Received on_challenge(Transaction& transaction, const stun::MessageView& response, stun::ErrorCode code, Instant now);
  Received on_success(Transaction& transaction, const stun::MessageView& response, Instant now);
  Received on_indication(const stun::MessageView& indication) const;
  Received on_data_indication(const stun::MessageView& indication) const;
  Received on_channel_data(ByteSpan datagram) const;
  [[nodiscard]] bool read_grant(const stun::MessageView& response);
  void read_refresh(const Transaction& transaction, const stun::MessageView& response);
  Outcome end(Transaction& transaction, Ending ending, Instant now, std::optional<stun::ErrorCode> code = {});
  [[nodiscard]] const Channel* channel_to(const Endpoint& peer) const noexcept;
  [[nodiscard]] bool is_permitted(const IpAddress& peer) const noexcept;
  void permit(const IpAddress& peer);

  SessionOptions options_;
  Random& random_;
  TransactionNumber last_number_ = 0;
  std::vector<Transaction> transactions_;
  std::optional<Signer> signer_;
  std::optional<GrantedAllocation> allocation_;
  std::vector<IpAddress> permitted_;
  std::vector<Channel> channels_;
};

}  // namespace turnpike::client
