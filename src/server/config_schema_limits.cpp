#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint32_t kMaxPerAllocation = 4096;
constexpr std::uint32_t kLeastConnections = 16;
constexpr Milliseconds kLeastWait{1000};
constexpr Milliseconds kMostWait{60'000};

/// A socket buffer, as SO_RCVBUF takes it.
std::string check_buffer(const ByteSize& size) {
  constexpr std::uint64_t kLeast = 4U << 10U;
  constexpr std::uint64_t kMost = 1U << 30U;
  if (size.bytes == 0 || (size.bytes >= kLeast && size.bytes <= kMost)) return {};
  return "must be 4KiB to 1GiB, or \"0\" for the system's own choice";
}

void add_stream_limits_keys(std::vector<ConfigKey>& keys) {
  constexpr std::uint32_t kMost = 1'000'000;
  keys.push_back(key(
      "limits.connections", [](auto& c) -> auto& { return c.limits.connections; },
      "Client connections (TCP, TLS, HTTP) and DTLS associations at a time.",
      between<std::uint32_t>(kLeastConnections, kMost)));
  keys.push_back(key(
      "limits.handshakes", [](auto& c) -> auto& { return c.limits.handshakes; },
      "How many of these may not have completed their first message yet.",
      between<std::uint32_t>(kLeastConnections, kMost)));
  keys.push_back(key(
      "limits.first_message", [](auto& c) -> auto& { return c.limits.first_message; },
      "How long a connection may take to its first complete message, and be idle without an allocation.",
      between(kLeastWait, kMostWait)));
  keys.push_back(key(
      "limits.handshake", [](auto& c) -> auto& { return c.limits.handshake; },
      "How long a TLS or DTLS handshake may take.", between(kLeastWait, kMostWait)));
  keys.push_back(key(
      "limits.stream_queue", [](auto& c) -> auto& { return c.limits.stream_queue; },
      "What may wait for one connection that does not read; newer datagrams are dropped.", check_queue));
  keys.push_back(key(
      "limits.peer_connections", [](auto& c) -> auto& { return c.limits.peer_connections; },
      "TCP connections to peers that one allocation can have.", between<std::uint16_t>(1, 1024)));
  keys.push_back(key(
      "limits.http_sessions", [](auto& c) -> auto& { return c.limits.http_sessions; }, "HTTP connections at a time.",
      between<std::uint32_t>(1, 100'000)));
}

}  // namespace

std::string check_queue(const ByteSize& size) {
  constexpr std::uint64_t kLeast = 16U << 10U;
  constexpr std::uint64_t kMost = 64U << 20U;
  return size.bytes >= kLeast && size.bytes <= kMost ? "" : "must be 16KiB to 64MiB";
}

void add_quota_keys(std::vector<ConfigKey>& keys) {
  constexpr std::uint32_t kMost = 10'000'000;
  keys.push_back(key(
      "quota.per_user", [](auto& c) -> auto& { return c.quota.per_user; },
      "Allocations that one user may have at a time; 0 means no limit of its own.", between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.per_client_address", [](auto& c) -> auto& { return c.quota.per_client_address; },
      "Allocations from one client address (IPv6: one /64) at a time; 0 means no limit of its own.",
      between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.total", [](auto& c) -> auto& { return c.quota.total; },
      "Allocations at a time on this server; 0 means as many as there are relay ports.",
      between<std::uint32_t>(0, kMost)));
  keys.push_back(key(
      "quota.user_rate", [](auto& c) -> auto& { return c.quota.user_rate; },
      "Bandwidth of all allocations of one user together, in each direction; \"0\" means no limit."));
  keys.push_back(key(
      "quota.allocation_rate", [](auto& c) -> auto& { return c.quota.allocation_rate; },
      "Bandwidth of one allocation, in each direction; \"0\" means no limit."));
}

void add_limits_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "limits.permissions", [](auto& c) -> auto& { return c.limits.permissions; },
      "Permissions that one allocation can hold.", between<std::uint16_t>(1, kMaxPerAllocation)));
  keys.push_back(key(
      "limits.channels", [](auto& c) -> auto& { return c.limits.channels; }, "Channels that one allocation can bind.",
      between<std::uint16_t>(1, kMaxPerAllocation)));
  keys.push_back(key(
      "limits.errors_per_second", [](auto& c) -> auto& { return c.limits.errors_per_second; },
      "Error responses that one source address (IPv6: one /64) gets each second; 0 means no ration.",
      between<std::uint32_t>(0, 1'000'000)));
  keys.push_back(key(
      "limits.receive_buffer", [](auto& c) -> auto& { return c.limits.receive_buffer; },
      "Receive buffer of each listener's socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.send_buffer", [](auto& c) -> auto& { return c.limits.send_buffer; },
      "Send buffer of each listener's socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.relay_receive_buffer", [](auto& c) -> auto& { return c.limits.relay_receive_buffer; },
      "Receive buffer of each relay socket; \"0\" leaves it to the system.", check_buffer));
  keys.push_back(key(
      "limits.relay_send_buffer", [](auto& c) -> auto& { return c.limits.relay_send_buffer; },
      "Send buffer of each relay socket; \"0\" leaves it to the system.", check_buffer));
  add_stream_limits_keys(keys);
}

}  // namespace turnpike::server
