#include "server/stream_end.hpp"

namespace turnpike::server {

std::string_view to_string(StreamEnd end) noexcept {
  switch (end) {
    case StreamEnd::closed_by_client: return "closed_by_client";
    case StreamEnd::reset: return "reset";
    case StreamEnd::not_spoken: return "not_spoken";
    case StreamEnd::broken_framing: return "broken_framing";
    case StreamEnd::proxy_untrusted: return "proxy_untrusted";
    case StreamEnd::proxy_malformed: return "proxy_malformed";
    case StreamEnd::handshake_failed: return "handshake_failed";
    case StreamEnd::handshake_timeout: return "handshake_timeout";
    case StreamEnd::silent: return "silent";
    case StreamEnd::idle: return "idle";
    case StreamEnd::evicted: return "evicted";
    case StreamEnd::over_limit: return "over_limit";
    case StreamEnd::duplicate: return "duplicate";
    case StreamEnd::no_memory: return "no_memory";
    case StreamEnd::handed_over: return "handed_over";
    case StreamEnd::peer_closed: return "peer_closed";
    case StreamEnd::stopped: return "stopped";
    case StreamEnd::count_: break;
  }
  return "unknown";
}

}  // namespace turnpike::server
