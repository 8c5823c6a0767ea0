#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <prometheus/metric_type.h>

namespace turnpike::server {

/// Every metric there is. The order is that of the table, of a scrape and of docs/metrics.md.
enum class Metric : std::uint8_t {
  // Allocations and what they carry.
  allocations,
  allocations_started,
  allocations_ended,
  relayed_bytes,
  relayed_packets,
  permissions,
  channels,
  peer_connections,
  reservations,
  revoked_usernames,
  // Requests and datagrams.
  requests,
  error_responses,
  datagrams_received,
  datagrams_sent,
  datagram_sent_bytes,
  drops,
  kernel_receive_drops,
  rate_limited_sources,
  // Limits.
  relay_ports,
  relay_ports_free,
  relay_addresses,
  external_changes,
  external_failures,
  allocations_limit,
  user_allocations_limit,
  client_allocations_limit,
  // Streams, TLS and DTLS.
  streams,
  streams_accepted,
  stream_accept_pauses,
  streams_ended,
  stream_sent_bytes,
  dtls_associations,
  dtls_cookies,
  dtls_bad_cookies,
  dtls_ignored_datagrams,
  handshakes,
  handshake_failures,
  certificate_expiry,
  certificate_reload_failures,
  // The control plane.
  http_sessions,
  http_session_failures,
  http_requests,
  http_responses,
  credentials_minted,
  api_refusals,
  api_keys,
  database_ok,
  revocations_pending,
  // Rooms and signaling.
  rooms,
  room_members,
  room_joins,
  room_resumes,
  room_lost_places,
  rooms_closed,
  room_members_kicked,
  signaling_clients,
  signaling_messages,
  signaling_deliveries,
  signaling_kept,
  signaling_undelivered,
  signaling_refusals,
  signaling_rejections,
  websockets_opened,
  websocket_messages,
  websocket_closes,
  // The process.
  build,
  start_time,
  workers,
  draining,
  drain_deadline,
  ready,
  alternate_up,
  config_reloads,
  config_reload_failures,
  lost_reports,
  worker_latency,
  control_lateness,
  count_  ///< not a metric: how many there are
};

inline constexpr std::size_t kMetricCount = static_cast<std::size_t>(Metric::count_);

struct MetricDefinition {
  static constexpr std::size_t kMaxLabels = 3;

  Metric id;
  std::string_view name;
  prometheus::MetricType type;
  std::array<std::string_view, kMaxLabels> labels;  ///< empty ones at the end
  std::string_view help;

  [[nodiscard]] std::size_t label_count() const noexcept;
};

/// Ordered by Metric. Labels take values of short lists only, fixed or of the
/// configuration: never a username, never an address of a client or a peer.
[[nodiscard]] std::span<const MetricDefinition> metric_table() noexcept;
[[nodiscard]] const MetricDefinition& definition_of(Metric metric) noexcept;
/// "counter", "gauge" or "histogram".
[[nodiscard]] std::string_view name_of(prometheus::MetricType type) noexcept;

}  // namespace turnpike::server
