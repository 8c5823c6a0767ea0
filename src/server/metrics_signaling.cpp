#include <array>
#include <string_view>

#include "server/metrics_report.hpp"
#include "turnpike/rooms/notice.hpp"

namespace turnpike::server {
namespace {

/// By rooms::DialectTag.
constexpr std::array<std::string_view, 3> kDialects{"native", "peerjs", "socket.io"};

void report_rooms(const control::SignalingCounters& counters, MetricSheet& sheet) {
  sheet.set(Metric::rooms, counters.room_count);
  sheet.set(Metric::room_members, counters.member_count);
  sheet.set(Metric::room_joins, counters.rooms.joins);
  sheet.set(Metric::room_resumes, {"resumed"}, counters.rooms.resumes);
  sheet.set(Metric::room_resumes, {"too_late"}, counters.rooms.failed_resumes);
  sheet.set(Metric::room_lost_places, counters.rooms.lost_places);
  sheet.set(Metric::rooms_closed, counters.rooms.closed);
  sheet.set(Metric::room_members_kicked, counters.rooms.kicked);
}

void report_messages(const control::SignalingCounters& counters, MetricSheet& sheet) {
  for (std::size_t i = 0; i < kDialects.size(); ++i) {
    sheet.set(Metric::signaling_clients, {kDialects.at(i)}, counters.clients.at(i));
  }
  sheet.set(Metric::signaling_messages, {"signal"}, counters.rooms.signals);
  sheet.set(Metric::signaling_messages, {"chat"}, counters.rooms.chats);
  sheet.set(Metric::signaling_deliveries, counters.rooms.deliveries);
  sheet.set(Metric::signaling_kept, counters.rooms.kept);
  sheet.set(Metric::signaling_undelivered, counters.rooms.undelivered);
  for (std::size_t i = 0; i < rooms::kRefusals; ++i) {
    sheet.set(Metric::signaling_refusals, {rooms::name_of(static_cast<rooms::Refusal>(i))},
              counters.rooms.refusals.at(i));
  }
  sheet.set(Metric::signaling_rejections, {"bad_origin"}, counters.bad_origins);
  sheet.set(Metric::signaling_rejections, {"bad_token"}, counters.bad_tokens);
}

void report_websockets(const control::SignalingCounters& counters, MetricSheet& sheet) {
  const control::WebSocketCounters& sockets = counters.sockets;
  sheet.set(Metric::websockets_opened, sockets.opened);
  sheet.set(Metric::websocket_messages, {"from_client"}, sockets.received);
  sheet.set(Metric::websocket_messages, {"to_client"}, sockets.sent);
  sheet.set(Metric::websocket_closes, {"slow_reader"}, sockets.slow_readers);
  sheet.set(Metric::websocket_closes, {"silent"}, sockets.silent);
  sheet.set(Metric::websocket_closes, {"protocol_error"}, sockets.protocol_errors);
  sheet.set(Metric::websocket_closes, {"too_big"}, sockets.too_big);
  sheet.set(Metric::websocket_closes, {"frame_flood"}, sockets.floods);
  sheet.set(Metric::websocket_closes, {"unfinished_message"}, sockets.unfinished);
  sheet.set(Metric::websocket_closes, {"message_flood"}, counters.floods);
}

}  // namespace

void report_signaling(const MetricsInput& input, MetricSheet& sheet) {
  report_rooms(input.control.signaling, sheet);
  report_messages(input.control.signaling, sheet);
  report_websockets(input.control.signaling, sheet);
}

}  // namespace turnpike::server
