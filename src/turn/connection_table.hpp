#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "turn/authenticator.hpp"
#include "turn/expiry_queue.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/connection_id.hpp"

namespace turnpike::turn {

/// How the Connect that made a connection is answered; kept for its retransmissions, and while the peer is reached.
struct ConnectAnswer {
  stun::TransactionId transaction_id{};
  ResponseIntegrity integrity;
  bool fingerprint = false;
};

/// A peer data connection (RFC 6062 section 5). Lives in ConnectionTable.
struct PeerConnection {
  enum class State : std::uint8_t {
    free,
    connecting,  ///< Connect is not answered yet
    unbound,     ///< pending: waits for ConnectionBind
    bound,
  };

  ConnectionId id;
  State state = State::free;
  std::uint32_t slot = 0;
  AllocationId allocation;
  Endpoint peer;                        ///< as the client knows it
  std::optional<ConnectAnswer> answer;  ///< nothing when the peer came by itself
  Instant expires = kNever;             ///< unless bound
};

/// All peer connections of a core: slots that never move, an index from id to slot, and the deadlines of those that are
/// not bound. Bounded; grows with use. An allocation lists its own by slot.
class ConnectionTable {
 public:
  ConnectionTable(std::size_t max_connections, std::uint8_t worker) noexcept
      : max_connections_(max_connections), worker_(worker) {}

  /// A connection with a new id and state `connecting`; null at the bound. May throw std::bad_alloc, without effect.
  [[nodiscard]] PeerConnection* insert(Random& random);
  void erase(PeerConnection& connection) noexcept;

  /// Null when the connection is gone.
  [[nodiscard]] PeerConnection* find(ConnectionId id) noexcept;
  [[nodiscard]] PeerConnection& at(std::uint32_t slot) noexcept { return slots_[slot]; }
  [[nodiscard]] const PeerConnection& at(std::uint32_t slot) const noexcept { return slots_[slot]; }

  void schedule(PeerConnection& connection, Instant deadline) noexcept {
    connection.expires = deadline;
    expiries_.schedule(connection.slot, deadline);
  }
  void cancel(PeerConnection& connection) noexcept {
    connection.expires = kNever;
    expiries_.cancel(connection.slot);
  }
  /// The connection whose deadline is the earliest, if that is due.
  [[nodiscard]] PeerConnection* due(Instant now) noexcept;
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept { return expiries_.next_deadline(); }

  [[nodiscard]] std::size_t size() const noexcept { return slot_of_.size(); }

 private:
  [[nodiscard]] std::optional<ConnectionId> pick_id(Random& random) const noexcept;

  std::size_t max_connections_;
  std::uint8_t worker_;
  std::deque<PeerConnection> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<std::uint32_t, std::uint32_t> slot_of_;  // by id: 24 bits of it are random, and not the client's
  ExpiryQueue expiries_;
};

}  // namespace turnpike::turn
