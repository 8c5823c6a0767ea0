#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/relay_protocol.hpp"
#include "turnpike/turn/traffic.hpp"

namespace turnpike::turn {

/// A live allocation as it is at this instant: a copy, good on any thread.
struct AllocationSummary {
  AllocationId id;
  FiveTuple five_tuple;
  std::string username;  ///< of the Allocate request, whole
  std::string user;      ///< under which quotas count: USER of EXPIRY:USER, or the static username
  RelayProtocol protocol = RelayProtocol::udp;
  std::array<Endpoint, 2> relayed{};  ///< as announced
  std::size_t relayed_count = 0;
  Duration age{};
  Duration remaining{};  ///< until it expires unless it is refreshed
  Traffic traffic;
  std::size_t permissions = 0;  ///< live ones
  std::size_t channels = 0;     ///< live ones
  std::size_t connections = 0;  ///< RFC 6062
};

/// One allocation with all that it holds.
struct AllocationDetails {
  struct HeldPermission {
    IpAddress address;
    Duration remaining{};
  };
  struct HeldChannel {
    std::uint16_t number = 0;
    Endpoint peer;
    Duration remaining{};
  };
  AllocationSummary summary;
  std::vector<HeldPermission> permissions;
  std::vector<HeldChannel> channels;
};

struct AllocationFilter {
  std::optional<std::string> user;  ///< matches AllocationSummary::user or ::username
  std::optional<IpAddress> client;
  /// AllocationSummary::user is this, or this with a slash and more behind it.
  std::optional<std::string> group{};
};

/// A part of a core's live allocations, by slot.
struct AllocationPage {
  std::vector<AllocationSummary> allocations;
  std::optional<std::uint32_t> next_slot;  ///< where to go on; nothing at the end
};

}  // namespace turnpike::turn
