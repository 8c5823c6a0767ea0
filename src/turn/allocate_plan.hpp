#pragma once

#include <optional>

#include "turn/core_state.hpp"
#include "turn/refusal.hpp"
#include "turn/request.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/turn/command.hpp"
#include "turnpike/turn/reservation_token.hpp"

namespace turnpike::turn {

/// What an Allocate request asks for, checked against itself and the configuration.
struct AllocatePlan {
  bool ipv4 = false;
  bool ipv6 = false;
  bool ipv4_refused = false;  ///< asked for, but not supported here: ADDRESS-ERROR-CODE 440
  bool ipv6_refused = false;
  RelayProtocol protocol = RelayProtocol::udp;
  OpenRelaySocket::Port port = OpenRelaySocket::Port::any;
  std::optional<ReservationToken> redeem;
  Seconds lifetime{0};
};

/// Checks 3 to 9 of RFC 8656 section 7.2, in that order, with what RFC 6062 section 5.1 puts in their place for TCP.
[[nodiscard]] Result<AllocatePlan, Refusal> plan_allocate(const CoreState& state, const Request& request) noexcept;

}  // namespace turnpike::turn
