#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnpike::server {

/// How a client's stream ended, or left us. Every end has a name and a counter.
enum class StreamEnd : std::uint8_t {
  closed_by_client,
  reset,             ///< any error of the socket
  not_spoken,        ///< the first bytes belong to no protocol of this listener
  broken_framing,    ///< neither STUN nor ChannelData where a message should begin, or too large
  proxy_untrusted,   ///< a PROXY listener was reached by somebody else
  proxy_malformed,   ///< no PROXY protocol header, or a broken one
  handshake_failed,  ///< TLS; counted by cause too
  handshake_timeout,
  silent,      ///< no complete message in time
  idle,        ///< no message for too long while there is no allocation
  evicted,     ///< made room for a newer one, before it had shown anything
  over_limit,  ///< more streams than there may be
  duplicate,   ///< a newer connection names the same five-tuple; only a PROXY header can cause it
  no_memory,
  handed_over,  ///< HTTP went to the control loop, a data connection to its worker
  peer_closed,  ///< a data connection whose peer or allocation is gone
  stopped,
  count_  ///< not an end: how many there are
};

inline constexpr std::size_t kStreamEndCount = static_cast<std::size_t>(StreamEnd::count_);

[[nodiscard]] std::string_view to_string(StreamEnd end) noexcept;

}  // namespace turnpike::server
