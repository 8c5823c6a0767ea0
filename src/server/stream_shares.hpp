#pragma once

#include <cstddef>

#include "turnpike/base/time.hpp"

namespace turnpike::server {

// What one stream, of a client or of a peer, may take of a worker's turn.
inline constexpr std::size_t kReadBytes = 32U << 10U;
inline constexpr std::size_t kPieces = 16;  ///< of a gathered write
inline constexpr int kAcceptsAtOnce = 16;   ///< for each listener
/// How long the far end may take none of what is still to be sent before a stream is closed.
inline constexpr Duration kDrainTimeout = Seconds{60};

}  // namespace turnpike::server
