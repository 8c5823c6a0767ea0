#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/turn/command.hpp"
#include "turnpike/turn/connection_id.hpp"
#include "turnpike/turn/core_config.hpp"
#include "turnpike/turn/core_totals.hpp"
#include "turnpike/turn/error_ration.hpp"
#include "turnpike/turn/inspection.hpp"
#include "turnpike/turn/outbox.hpp"
#include "turnpike/turn/quota_ledger.hpp"
#include "turnpike/turn/verdict.hpp"

namespace turnpike::turn {

struct CoreState;  // src/turn/core_state.hpp

/// Which way the bytes of a data connection go.
enum class DataDirection : std::uint8_t { to_peer, to_client };

/// The TURN server of one worker as a state machine (RFC 8489, RFC 8656): bytes, sender and time go in, verdicts and
/// commands come out. No I/O, no clock, no thread; not thread-safe. After each call the caller drains the outbox before
/// the next call. Nothing here throws.
class RelayCore {
 public:
  /// What the core lives on; all of it outlives the core.
  struct Environment {
    Random& random;
    QuotaLedger& quota;         ///< shared by all workers
    ErrorRation& error_ration;  ///< shared by all workers
    std::uint8_t worker = 0;    ///< this core's index, goes into reservation tokens
  };

  RelayCore(std::shared_ptr<const CoreConfig> config, const Environment& environment);
  RelayCore(const RelayCore&) = delete;
  RelayCore& operator=(const RelayCore&) = delete;
  ~RelayCore();

  /// A datagram (or a message cut out of a stream) from a client.
  ClientVerdict on_client_datagram(const FiveTuple& five_tuple, ByteSpan datagram, Now now, Outbox& outbox) noexcept;
  /// A datagram from `source` at the allocation's relay socket.
  PeerVerdict on_peer_datagram(AllocationId allocation, const Endpoint& source, std::size_t length, Now now) noexcept;
  /// An ICMP error about a datagram that the allocation sent to `peer` (RFC 8656 section 11.5).
  std::optional<DropReason> on_peer_icmp(AllocationId allocation, const Endpoint& peer, const stun::Icmp& icmp, Now now,
                                         Outbox& outbox) noexcept;
  /// The answer to OpenRelaySocket or RedeemReservation: the local address of the socket, or that there is none. False
  /// when the allocation is gone: then the caller closes the socket.
  bool on_relay_socket(AllocationId allocation, std::optional<Endpoint> local, AddressFamily family, Now now,
                       Outbox& outbox) noexcept;
  /// Whether on_relay_socket() would still be welcome.
  [[nodiscard]] bool awaits_relay_socket(AllocationId allocation) const noexcept;
  /// Somebody (maybe at another worker) presents a token of ours. True hands the reserved socket over, once.
  bool take_reservation(const ReservationToken& token, std::string_view user, Now now) noexcept;

  // TCP allocations (RFC 6062). A connection ends with its allocation: then the core does not know its id any more.

  /// A peer (as seen on the wire) has connected to a TCP relay socket. Nothing: close it at once (no permission,
  /// allocation gone, too many). Else ConnectionAttempt goes to the client's control connection.
  std::optional<ConnectionId> on_peer_connection(AllocationId allocation, const Endpoint& peer, Now now,
                                                 Outbox& outbox) noexcept;
  /// The answer to ConnectPeer. False when nobody waits for it any more: then the caller closes the connection.
  bool on_peer_connected(ConnectionId connection, bool connected, Now now, Outbox& outbox) noexcept;
  /// ConnectionBind for one of ours: the allocation when `username` (whole, as in Allocate) is the allocation's and the
  /// connection is pending; it is bound from then on.
  std::optional<AllocationId> take_connection(ConnectionId connection, std::string_view username, Now now) noexcept;
  /// Either side of a peer or data connection is gone. (A connect that failed goes to on_peer_connected().)
  void on_connection_closed(ConnectionId connection) noexcept;
  /// `bytes` were read on a bound connection. Counts them and charges the allocation's and the user's rates; gives how
  /// long to stop reading from that side (0: go on). Never refuses.
  Duration on_connection_data(ConnectionId connection, DataDirection direction, std::size_t bytes, Now now) noexcept;

  /// The client's stream is gone, and its allocation with it (RFC 8656 section 7).
  void on_client_closed(const FiveTuple& five_tuple, Now now, Outbox& outbox) noexcept;

  /// Ends what is due. Does as much as the outbox holds; next_deadline() tells when to come again.
  void tick(Now now, Outbox& outbox) noexcept;
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;

  /// From now on Allocate is answered with 300 where there is another server, else 508; what lives goes on.
  void start_draining() noexcept;
  /// Ends allocations (reason `stopped`) while the outbox has room; true when none is left.
  bool end_all(Now now, Outbox& outbox) noexcept;

  // The control plane: not on the packet path, may allocate.

  /// Goes by `config` from now on. Kept from before: the nonce secret and what allocations have been granted. Tables
  /// grow when they must, which may throw std::bad_alloc, without effect. Follow with end_unvouched().
  void replace_config(std::shared_ptr<const CoreConfig> config);
  /// No request under `username` (whole) passes from now on; forgotten when `expiry` is past, but not at once when it
  /// is already: an allocation may have outlived its credential. "*:USER" stands for every EXPIRY:USER (ephemeral ones;
  /// see parse_ephemeral_username()) that expires at `expiry` or before, and for those whose user part has USER before
  /// its first or its last slash: of "a/b/c" that is "a" and "a/b". False when kMaxRevocations are held already, for
  /// want of memory, and when USER is empty. Follow with end_unvouched().
  bool revoke(std::string username, UnixSeconds expiry, Now now);
  static constexpr std::size_t kMaxRevocations = 65'536;
  /// Ends the allocations (reason `revoked`) whose username is revoked, or whose shared secret or static user is no
  /// longer in the configuration, while the outbox has room; true when none is left.
  bool end_unvouched(Now now, Outbox& outbox) noexcept;
  /// False when there is no such allocation (any more).
  bool end_one(AllocationId allocation, EndReason reason, Now now, Outbox& outbox) noexcept;
  /// At most `limit` live allocations that pass `filter`, from `from_slot` on; looks at no more than 4096 slots.
  [[nodiscard]] AllocationPage list_allocations(const AllocationFilter& filter, std::uint32_t from_slot,
                                                std::size_t limit, Now now) const;
  [[nodiscard]] std::optional<AllocationDetails> describe(AllocationId allocation, Now now) const;
  [[nodiscard]] CoreTotals totals(Now now) const noexcept;
  /// Of totals() the traffic alone, of all clients together; a good deal less work.
  [[nodiscard]] Traffic traffic() const noexcept;

  [[nodiscard]] std::size_t allocation_count() const noexcept;
  /// Whether there is an allocation on that five-tuple, or one in the making.
  [[nodiscard]] bool has_allocation(const FiveTuple& five_tuple) const noexcept;
  /// Whether the client of an allocation was told a relayed transport address on `address`.
  [[nodiscard]] bool announces(const IpAddress& address) const noexcept;
  /// How many allocations there are whose five-tuple `is_meant`.
  [[nodiscard]] std::size_t count_allocations(const std::function<bool(const FiveTuple&)>& is_meant) const;
  [[nodiscard]] std::size_t reservation_count() const noexcept;
  /// Peer connections of TCP allocations, in every state.
  [[nodiscard]] std::size_t connection_count() const noexcept;

 private:
  std::unique_ptr<CoreState> state_;
};

}  // namespace turnpike::turn
