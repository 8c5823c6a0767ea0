#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message_type.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/quota_ledger.hpp"
#include "turnpike/turn/reservation_token.hpp"
#include "turnpike/turn/traffic.hpp"

namespace turnpike::turn {

/// Send `bytes` (they live in the outbox until it is drained) to a client.
struct SendToClient {
  FiveTuple to;
  ByteSpan bytes;
};

/// Bind a UDP socket for an allocation and report by RelayCore::on_relay_socket.
struct OpenRelaySocket {
  enum class Port : std::uint8_t { any, even, even_and_reserve_next };
  AllocationId allocation;
  AddressFamily family = AddressFamily::ipv4;
  Port port = Port::any;
  ReservationToken token;  ///< with even_and_reserve_next: the name under which the socket on N+1 is put aside
};

/// Find the socket that was put aside under `token`, maybe at another worker (RelayCore::take_reservation there says
/// whether it may be had), and report by RelayCore::on_relay_socket.
struct RedeemReservation {
  AllocationId allocation;
  ReservationToken token;
  std::string user;
};

struct CloseRelaySocket {
  AllocationId allocation;
  AddressFamily family = AddressFamily::ipv4;
};

/// A reservation ran out: close the socket that was put aside.
struct DropReservation {
  ReservationToken token;
};

enum class EndReason : std::uint8_t { refreshed_to_zero, expired, client_gone, stopped };

struct AllocationStarted {
  AllocationId allocation;
  FiveTuple five_tuple;
  std::shared_ptr<const UserAccount> account;
  std::array<Endpoint, 2> relayed{};  ///< as announced
  std::size_t relayed_count = 0;
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
};

/// A request was answered with an error; for counters and debug logs.
struct RequestRefused {
  stun::Method method{};
  stun::ErrorCode code{};
};

using Command = std::variant<SendToClient, OpenRelaySocket, RedeemReservation, CloseRelaySocket, DropReservation,
                             AllocationStarted, AllocationEnded, RequestRefused>;

}  // namespace turnpike::turn
