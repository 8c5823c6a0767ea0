#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/stun/framing.hpp"
#include "turnpike/turn/alternates.hpp"
#include "turnpike/turn/credentials.hpp"
#include "turnpike/turn/peer_policy.hpp"
#include "turnpike/turn/peer_ports.hpp"
#include "turnpike/turn/relay_addresses.hpp"
#include "turnpike/turn/token_bucket.hpp"

namespace turnpike::turn {

/// Everything a relay core goes by. Immutable and shared by all workers; a change replaces it whole.
struct CoreConfig {
  CredentialStore credentials;
  std::array<std::uint8_t, 32> nonce_secret{};
  Seconds nonce_lifetime{3600};

  Seconds default_lifetime{600};      ///< RFC 8656 section 3.2
  Seconds max_lifetime{3600};         ///< RFC 8656 section 7.2
  bool follow_client_family = false;  ///< without REQUESTED-ADDRESS-FAMILY: the client's own family instead of IPv4

  RelayAddresses relays;
  std::shared_ptr<const PeerPolicy> peers;

  /// RFC 8656 section 12 ends at 0x4FFF; RFC 5766 ended at 0x7FFF, and clients of that time use all of it.
  std::uint16_t max_channel_number = stun::kMaxChannelNumber;
  std::uint32_t max_allocations = 16384;  ///< in one core
  std::uint16_t max_permissions = 128;    ///< per allocation
  std::uint16_t max_channels = 128;       ///< per allocation

  /// Ports to which Connect (RFC 6062) may reach. Empty: there is no TCP relaying, REQUESTED-TRANSPORT 6 gets 442.
  std::vector<PeerPorts> tcp_peer_ports;
  std::uint16_t max_peer_connections = 16;      ///< per TCP allocation, those under way included
  std::uint32_t max_core_connections = 16'384;  ///< in one core

  std::shared_ptr<const Alternates> alternates;  ///< null: there are no other servers

  ByteRate allocation_rate;  ///< each direction of one allocation
  ByteRate user_rate;        ///< each direction of all of one user's allocations
};

// Fixed by RFC 8656, not configurable.
inline constexpr Seconds kPermissionLifetime{300};  // section 9
inline constexpr Seconds kChannelLifetime{600};     // section 12
inline constexpr Seconds kReservationLifetime{30};  // section 7.2
// By RFC 6062.
inline constexpr Seconds kConnectTimeout{30};  // section 5.2: at least that
inline constexpr Seconds kUnboundTimeout{30};  // sections 5.2 and 5.3: from connected to ConnectionBind

}  // namespace turnpike::turn
