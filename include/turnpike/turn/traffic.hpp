#pragma once

#include <cstdint>

namespace turnpike::turn {

/// What an allocation carried, payload bytes without TURN's own headers. A TCP allocation counts no packets: streams
/// have none.
struct Traffic {
  std::uint64_t packets_to_peers = 0;
  std::uint64_t bytes_to_peers = 0;
  std::uint64_t packets_to_client = 0;
  std::uint64_t bytes_to_client = 0;
};

}  // namespace turnpike::turn
