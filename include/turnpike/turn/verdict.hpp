#pragma once

#include <cstdint>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/drop_reason.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/allocation_id.hpp"

namespace turnpike::turn {

/// What becomes of a datagram from a client.
struct ClientVerdict {
  enum class Kind : std::uint8_t {
    forward,  ///< send `payload` from the allocation's relay socket of `to`'s family to `to`
    handled,  ///< nothing to forward; the outbox may hold an answer
    drop,     ///< count `reason`
  };
  Kind kind = Kind::drop;
  DropReason reason = DropReason::not_turn;
  bool dont_fragment = false;  ///< DF on the outgoing datagram (RFC 8656 section 14)
  AllocationId allocation{};
  Endpoint to{};       ///< on the wire; see RelayAddresses::to_wire
  ByteSpan payload{};  ///< a range of the datagram that came in

  static ClientVerdict handled() noexcept { return {.kind = Kind::handled}; }
  static ClientVerdict drop(DropReason why) noexcept { return {.kind = Kind::drop, .reason = why}; }
};

/// What becomes of a datagram from a peer. The headers go into the head-room in front of the payload: see wrap.hpp.
struct PeerVerdict {
  enum class Kind : std::uint8_t { channel_data, data_indication, drop };
  Kind kind = Kind::drop;
  DropReason reason = DropReason::stale_relay_socket;
  std::uint16_t channel = 0;             ///< with channel_data
  stun::TransactionId transaction_id{};  ///< with data_indication
  Endpoint peer;                         ///< with data_indication: as the client knows it
  FiveTuple client;

  static PeerVerdict drop(DropReason why) noexcept {
    PeerVerdict verdict;
    verdict.reason = why;
    return verdict;
  }
};

}  // namespace turnpike::turn
