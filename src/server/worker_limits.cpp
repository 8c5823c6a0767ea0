#include "server/worker_limits.hpp"

#include <algorithm>

namespace turnpike::server {

Worker::Limits make_worker_limits(const Config& config, std::uint32_t workers) noexcept {
  const auto share = [workers](std::uint32_t all) { return std::max(1U, all / workers); };
  const Config::Limits& limits = config.limits;
  return {.streams = {.max_streams = share(limits.connections),
                      .max_unproven = share(limits.handshakes),
                      .handshake_timeout = limits.handshake,
                      .message_timeout = limits.first_message,
                      .queue_bytes = static_cast<std::size_t>(limits.stream_queue.bytes)},
          .dtls = {.max_handshakes = share(limits.handshakes),
                   .max_associations = share(limits.connections),
                   .handshake_timeout = limits.handshake,
                   .idle_timeout = limits.first_message},
          .relay_receive_buffer = static_cast<int>(limits.relay_receive_buffer.bytes),
          .relay_send_buffer = static_cast<int>(limits.relay_send_buffer.bytes)};
}

control::HttpOptions make_http_options(const Config& config) noexcept {
  control::HttpOptions options;
  options.max_sessions = config.limits.http_sessions;
  return options;
}

}  // namespace turnpike::server
