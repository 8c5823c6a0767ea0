#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message_type.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/connection_id.hpp"
#include "turnpike/turn/quota_ledger.hpp"
#include "turnpike/turn/relay_protocol.hpp"
#include "turnpike/turn/reservation_token.hpp"
#include "turnpike/turn/traffic.hpp"

namespace turnpike::turn {

/// Send `bytes` (they live in the outbox until it is drained) to a client.
struct SendToClient {
  FiveTuple to;
  ByteSpan bytes;
};

/// Bind a UDP socket for an allocation, or bind and listen on a TCP port (then `port` is `any`), and report by
/// RelayCore::on_relay_socket.
struct OpenRelaySocket {
  enum class Port : std::uint8_t { any, even, even_and_reserve_next };
  AllocationId allocation;
  AddressFamily family = AddressFamily::ipv4;
  Port port = Port::any;
  ReservationToken token;  ///< with even_and_reserve_next: the name under which the socket on N+1 is put aside
  RelayProtocol protocol = RelayProtocol::udp;
};

/// Find the socket that was put aside under `token`, maybe at another worker (RelayCore::take_reservation there says
/// whether it may be had), and report by RelayCore::on_relay_socket.
struct RedeemReservation {
  AllocationId allocation;
  ReservationToken token;
  std::string user;
};

/// Of a TCP allocation this also closes all its peer connections, those under way included, and the data connections
/// bound to them: the core has forgotten them already.
struct CloseRelaySocket {
  AllocationId allocation;
  AddressFamily family = AddressFamily::ipv4;
};

/// A reservation ran out: close the socket that was put aside.
struct DropReservation {
  ReservationToken token;
};

/// Connect from the allocation's relayed transport address to `peer` and report by RelayCore::on_peer_connected.
struct ConnectPeer {
  AllocationId allocation;
  ConnectionId connection;
  AddressFamily family = AddressFamily::ipv4;
  Endpoint peer;  ///< on the wire; see RelayAddresses::to_wire
};

/// Nobody bound the peer connection in time, or it did not come about in time: close it or give it up.
struct ClosePeerConnection {
  ConnectionId connection;
};

/// An authenticated ConnectionBind (RFC 6062 section 5.4). The shell moves the client's stream to worker
/// `connection.worker()`, asks RelayCore::take_connection() there with `connection` and `username`, and sends
/// `accepted` or `refused`, whole messages both. After `accepted` the stream carries raw data; nothing that the client
/// sent behind its request may be read as TURN before that is known. A worker that does not exist: `refused`.
struct BindDataConnection {
  FiveTuple client;
  ConnectionId connection;
  std::string username;
  std::vector<std::uint8_t> accepted;
  std::vector<std::uint8_t> refused;
};

enum class EndReason : std::uint8_t {
  refreshed_to_zero,
  expired,
  client_gone,
  stopped,
  revoked,  ///< its credential is no longer good
  killed,   ///< by the operator
};

struct AllocationStarted {
  AllocationId allocation;
  FiveTuple five_tuple;
  std::shared_ptr<const UserAccount> account;
  std::array<Endpoint, 2> relayed{};  ///< as announced
  std::size_t relayed_count = 0;
  RelayProtocol protocol = RelayProtocol::udp;
};

struct AllocationEnded {
  AllocationId allocation;
  FiveTuple five_tuple;
  std::shared_ptr<const UserAccount> account;
  std::array<Endpoint, 2> relayed{};
  std::size_t relayed_count = 0;
  Traffic traffic{};
  Duration lasted{};
  EndReason reason = EndReason::expired;
  RelayProtocol protocol = RelayProtocol::udp;
};

/// A request was answered with an error; for counters and debug logs.
struct RequestRefused {
  stun::Method method{};
  stun::ErrorCode code{};
};

using Command =
    std::variant<SendToClient, OpenRelaySocket, RedeemReservation, CloseRelaySocket, DropReservation, ConnectPeer,
                 ClosePeerConnection, BindDataConnection, AllocationStarted, AllocationEnded, RequestRefused>;

}  // namespace turnpike::turn
