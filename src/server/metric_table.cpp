#include "server/metric_table.hpp"

#include <algorithm>

namespace turnpike::server {
namespace {

using Type = prometheus::MetricType;

constexpr std::array kRelayMetrics{
    MetricDefinition{
        Metric::allocations, "turnpike_allocations", Type::Gauge, {"transport", "family"}, "Live allocations."},
    MetricDefinition{Metric::allocations_started,
                     "turnpike_allocations_started_total",
                     Type::Counter,
                     {"transport", "family"},
                     "Allocations granted."},
    MetricDefinition{Metric::allocations_ended,
                     "turnpike_allocations_ended_total",
                     Type::Counter,
                     {"reason"},
                     "Allocations that have ended."},
    MetricDefinition{Metric::relayed_bytes,
                     "turnpike_relayed_bytes_total",
                     Type::Counter,
                     {"transport", "family", "direction"},
                     "Payload relayed, without TURN's own headers."},
    MetricDefinition{Metric::relayed_packets,
                     "turnpike_relayed_packets_total",
                     Type::Counter,
                     {"transport", "family", "direction"},
                     "Datagrams relayed; TCP allocations count none."},
    MetricDefinition{Metric::permissions, "turnpike_permissions", Type::Gauge, {}, "Live permissions."},
    MetricDefinition{Metric::channels, "turnpike_channels", Type::Gauge, {}, "Live channel bindings."},
    MetricDefinition{
        Metric::peer_connections, "turnpike_peer_connections", Type::Gauge, {}, "TCP connections to peers (RFC 6062)."},
    MetricDefinition{Metric::reservations,
                     "turnpike_reservations",
                     Type::Gauge,
                     {},
                     "Relay ports put aside for a RESERVATION-TOKEN."},
    MetricDefinition{Metric::revoked_usernames,
                     "turnpike_revoked_usernames",
                     Type::Gauge,
                     {},
                     "Usernames that are refused until they expire."},
    MetricDefinition{
        Metric::requests, "turnpike_requests_total", Type::Counter, {"method"}, "Well-formed STUN requests."},
    MetricDefinition{Metric::error_responses,
                     "turnpike_error_responses_total",
                     Type::Counter,
                     {"code"},
                     "Error responses by STUN error code."},
    MetricDefinition{Metric::datagrams_received,
                     "turnpike_datagrams_received_total",
                     Type::Counter,
                     {},
                     "Datagrams read from listeners and relay sockets."},
    MetricDefinition{Metric::datagrams_sent,
                     "turnpike_datagrams_sent_total",
                     Type::Counter,
                     {},
                     "Datagrams sent to clients and peers."},
    MetricDefinition{Metric::datagram_sent_bytes,
                     "turnpike_datagram_sent_bytes_total",
                     Type::Counter,
                     {},
                     "UDP payload sent to clients and peers."},
    MetricDefinition{Metric::drops, "turnpike_drops_total", Type::Counter, {"reason"}, "Packets that went no further."},
    MetricDefinition{
        Metric::kernel_receive_drops,
        "turnpike_kernel_receive_drops_total",
        Type::Counter,
        {},
        "Datagrams the kernel dropped because a receive buffer was full; of relay sockets once they close."},
    MetricDefinition{Metric::rate_limited_sources,
                     "turnpike_rate_limited_sources",
                     Type::Gauge,
                     {"reason"},
                     "Source addresses held back now: for errors they cause, or for wrong API keys."},
    MetricDefinition{Metric::relay_ports,
                     "turnpike_relay_ports",
                     Type::Gauge,
                     {},
                     "Relay ports of the configured range, over all relay addresses."},
    MetricDefinition{Metric::relay_ports_free, "turnpike_relay_ports_free", Type::Gauge, {}, "Relay ports not in use."},
    MetricDefinition{Metric::relay_addresses,
                     "turnpike_relay_addresses",
                     Type::Gauge,
                     {"kind"},
                     "Relay addresses offered, waiting for their public address, or missing on this machine."},
    MetricDefinition{Metric::external_changes,
                     "turnpike_external_address_changes_total",
                     Type::Counter,
                     {},
                     "Public addresses found by STUN or name, the first time or anew."},
    MetricDefinition{Metric::external_failures,
                     "turnpike_external_address_failures_total",
                     Type::Counter,
                     {},
                     "Questions for the public address, by STUN or name, that failed."},
    MetricDefinition{
        Metric::allocations_limit, "turnpike_allocations_limit", Type::Gauge, {}, "quota.total; 0 is no limit."},
    MetricDefinition{Metric::user_allocations_limit,
                     "turnpike_user_allocations_limit",
                     Type::Gauge,
                     {},
                     "quota.per_user; 0 is no limit."},
    MetricDefinition{Metric::client_allocations_limit,
                     "turnpike_client_allocations_limit",
                     Type::Gauge,
                     {},
                     "The limit of one client address; 0 is no limit."},
};

constexpr std::array kStreamMetrics{
    MetricDefinition{Metric::streams, "turnpike_streams", Type::Gauge, {}, "Open TCP and TLS connections of clients."},
    MetricDefinition{
        Metric::streams_accepted, "turnpike_streams_accepted_total", Type::Counter, {}, "Connections accepted."},
    MetricDefinition{Metric::stream_accept_pauses,
                     "turnpike_stream_accept_pauses_total",
                     Type::Counter,
                     {},
                     "Times that accepting paused for want of descriptors or memory."},
    MetricDefinition{Metric::streams_ended,
                     "turnpike_streams_ended_total",
                     Type::Counter,
                     {"reason"},
                     "Connections that ended or were handed over."},
    MetricDefinition{Metric::stream_sent_bytes,
                     "turnpike_stream_sent_bytes_total",
                     Type::Counter,
                     {},
                     "Bytes sent on streams, TLS included."},
    MetricDefinition{
        Metric::dtls_associations, "turnpike_dtls_associations", Type::Gauge, {}, "Open DTLS associations."},
    MetricDefinition{Metric::dtls_cookies,
                     "turnpike_dtls_hello_verify_requests_total",
                     Type::Counter,
                     {},
                     "DTLS cookies sent to clients that showed none."},
    MetricDefinition{Metric::dtls_bad_cookies,
                     "turnpike_dtls_bad_cookies_total",
                     Type::Counter,
                     {},
                     "DTLS hellos with a wrong or old cookie."},
    MetricDefinition{Metric::dtls_ignored_datagrams,
                     "turnpike_dtls_ignored_datagrams_total",
                     Type::Counter,
                     {},
                     "DTLS datagrams for no association, or a hello repeated."},
    MetricDefinition{Metric::handshakes,
                     "turnpike_handshakes_total",
                     Type::Counter,
                     {"transport"},
                     "TLS and DTLS handshakes completed."},
    MetricDefinition{Metric::handshake_failures,
                     "turnpike_handshake_failures_total",
                     Type::Counter,
                     {"transport", "reason"},
                     "TLS and DTLS handshakes and sessions that failed."},
    MetricDefinition{Metric::certificate_expiry,
                     "turnpike_certificate_expiry_timestamp_seconds",
                     Type::Gauge,
                     {},
                     "When the first of the certificates in service expires; no value without certificate files."},
    MetricDefinition{Metric::certificate_reload_failures,
                     "turnpike_certificate_reload_failures_total",
                     Type::Counter,
                     {},
                     "Changed certificate files that could not be used."},
};

constexpr std::array kControlMetrics{
    MetricDefinition{
        Metric::http_sessions, "turnpike_http_sessions_total", Type::Counter, {}, "HTTP connections served."},
    MetricDefinition{Metric::http_session_failures,
                     "turnpike_http_session_failures_total",
                     Type::Counter,
                     {"reason"},
                     "HTTP connections refused, evicted, timed out or malformed, and answers that we were late with."},
    MetricDefinition{Metric::http_requests,
                     "turnpike_http_requests_total",
                     Type::Counter,
                     {"route"},
                     "HTTP requests by route pattern."},
    MetricDefinition{Metric::http_responses,
                     "turnpike_http_responses_total",
                     Type::Counter,
                     {"class"},
                     "HTTP answers by class of status."},
    MetricDefinition{Metric::credentials_minted,
                     "turnpike_credentials_minted_total",
                     Type::Counter,
                     {},
                     "Ephemeral credentials handed out over HTTP."},
    MetricDefinition{Metric::api_refusals,
                     "turnpike_api_refusals_total",
                     Type::Counter,
                     {"reason"},
                     "API requests that their key did not allow."},
    MetricDefinition{Metric::api_keys, "turnpike_api_keys", Type::Gauge, {}, "API keys in force."},
    MetricDefinition{Metric::database_ok,
                     "turnpike_database_ok",
                     Type::Gauge,
                     {},
                     "1 when the database works or none is configured, else 0."},
    MetricDefinition{Metric::revocations_pending,
                     "turnpike_revocations_pending",
                     Type::Gauge,
                     {},
                     "Revocations in effect that are not written to the database yet."},
};

constexpr std::array kSignalingMetrics{
    MetricDefinition{Metric::rooms, "turnpike_rooms", Type::Gauge, {}, "Rooms that somebody is in."},
    MetricDefinition{Metric::room_members,
                     "turnpike_room_members",
                     Type::Gauge,
                     {},
                     "Members of rooms, those whose place is kept included."},
    MetricDefinition{Metric::room_joins,
                     "turnpike_room_joins_total",
                     Type::Counter,
                     {},
                     "Joins that were let in, without those that took a place back."},
    MetricDefinition{Metric::room_resumes,
                     "turnpike_room_resumes_total",
                     Type::Counter,
                     {"kind"},
                     "Clients that came back: in time for their place, or too late and joined anew."},
    MetricDefinition{Metric::room_lost_places,
                     "turnpike_room_lost_places_total",
                     Type::Counter,
                     {},
                     "Members that went because their connection stayed lost, or too much waited for them."},
    MetricDefinition{
        Metric::rooms_closed, "turnpike_rooms_closed_total", Type::Counter, {}, "Rooms that were closed for all."},
    MetricDefinition{Metric::room_members_kicked,
                     "turnpike_room_members_kicked_total",
                     Type::Counter,
                     {},
                     "Members that were put out of their room."},
    MetricDefinition{Metric::signaling_clients,
                     "turnpike_signaling_clients",
                     Type::Gauge,
                     {"dialect"},
                     "Connected clients of the rooms, in a room or not."},
    MetricDefinition{Metric::signaling_messages,
                     "turnpike_signaling_messages_total",
                     Type::Counter,
                     {"kind"},
                     "Messages of members to members."},
    MetricDefinition{Metric::signaling_deliveries,
                     "turnpike_signaling_deliveries_total",
                     Type::Counter,
                     {},
                     "Messages and news of the room given to connected members."},
    MetricDefinition{Metric::signaling_kept,
                     "turnpike_signaling_kept_total",
                     Type::Counter,
                     {},
                     "Messages and news kept for members whose connection was lost."},
    MetricDefinition{Metric::signaling_undelivered,
                     "turnpike_signaling_undelivered_total",
                     Type::Counter,
                     {},
                     "Messages of PeerJS clients to somebody who did not come in time."},
    MetricDefinition{Metric::signaling_refusals,
                     "turnpike_signaling_refusals_total",
                     Type::Counter,
                     {"code"},
                     "Messages and connections that were answered with an error."},
    MetricDefinition{Metric::signaling_rejections,
                     "turnpike_signaling_rejections_total",
                     Type::Counter,
                     {"reason"},
                     "Connections from origins that may not, and tokens that were not accepted."},
    MetricDefinition{
        Metric::websockets_opened, "turnpike_websockets_opened_total", Type::Counter, {}, "WebSockets opened."},
    MetricDefinition{Metric::websocket_messages,
                     "turnpike_websocket_messages_total",
                     Type::Counter,
                     {"direction"},
                     "Messages on WebSockets."},
    MetricDefinition{Metric::websocket_closes,
                     "turnpike_websocket_closes_total",
                     Type::Counter,
                     {"reason"},
                     "Clients that the server closed for what they did or failed to do."},
};

constexpr std::array kProcessMetrics{
    MetricDefinition{Metric::build, "turnpike_build_info", Type::Gauge, {"version"}, "Always 1; which version runs."},
    MetricDefinition{Metric::start_time,
                     "turnpike_start_time_seconds",
                     Type::Gauge,
                     {},
                     "When the server started, in seconds since 1970."},
    MetricDefinition{Metric::workers, "turnpike_workers", Type::Gauge, {}, "Relay threads."},
    MetricDefinition{
        Metric::draining, "turnpike_draining", Type::Gauge, {}, "1 while the server stops in an orderly way."},
    MetricDefinition{Metric::drain_deadline,
                     "turnpike_drain_deadline_seconds",
                     Type::Gauge,
                     {},
                     "When the orderly stop ends at the latest, as seconds since 1970; 0 without a deadline."},
    MetricDefinition{Metric::ready, "turnpike_ready", Type::Gauge, {}, "1 while new allocations are taken."},
    MetricDefinition{Metric::alternate_up,
                     "turnpike_alternate_up",
                     Type::Gauge,
                     {"alternate"},
                     "1 while a server of cluster.alternates answers, and clients can be sent there."},
    MetricDefinition{Metric::config_reloads,
                     "turnpike_config_reloads_total",
                     Type::Counter,
                     {},
                     "Reloads of the configuration that took effect."},
    MetricDefinition{Metric::config_reload_failures,
                     "turnpike_config_reload_failures_total",
                     Type::Counter,
                     {},
                     "Reloads refused because the file has mistakes."},
    MetricDefinition{
        Metric::lost_reports,
        "turnpike_lost_log_reports_total",
        Type::Counter,
        {},
        "Log lines that were thrown away because whoever reads the log did not keep up, or its disk is full."},
    MetricDefinition{Metric::worker_latency,
                     "turnpike_worker_loop_latency_seconds",
                     Type::Histogram,
                     {},
                     "From posting a message to a relay thread until it runs."},
    MetricDefinition{Metric::control_lateness,
                     "turnpike_control_loop_lateness_seconds",
                     Type::Histogram,
                     {},
                     "How much later than due the control loop's timer ran."},
};

constexpr auto kTable = [] {
  std::array<MetricDefinition, kMetricCount> table{};
  std::size_t next = 0;
  for (const auto& part :
       {std::span<const MetricDefinition>(kRelayMetrics), std::span<const MetricDefinition>(kStreamMetrics),
        std::span<const MetricDefinition>(kControlMetrics), std::span<const MetricDefinition>(kSignalingMetrics),
        std::span<const MetricDefinition>(kProcessMetrics)}) {
    for (const MetricDefinition& definition : part) table.at(next++) = definition;
  }
  return table;
}();

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable.at(i).id) != i || kTable.at(i).name.empty()) return false;
  }
  return true;
}
static_assert(is_in_order(), "one line for each Metric, in its order");

}  // namespace

std::size_t MetricDefinition::label_count() const noexcept {
  return static_cast<std::size_t>(std::ranges::find(labels, std::string_view{}) - labels.begin());
}

std::span<const MetricDefinition> metric_table() noexcept { return kTable; }

const MetricDefinition& definition_of(Metric metric) noexcept { return kTable.at(static_cast<std::size_t>(metric)); }

std::string_view name_of(prometheus::MetricType type) noexcept {
  switch (type) {
    case Type::Counter: return "counter";
    case Type::Gauge: return "gauge";
    case Type::Histogram: return "histogram";
    case Type::Summary: return "summary";
    case Type::Untyped: break;
  }
  return "untyped";
}

}  // namespace turnpike::server
