#include <chrono>

#include "rooms/json_codec_text.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

constexpr char kSeparator = '\x1e';  // between the packets of a polling payload

std::uint64_t milliseconds(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(duration).count());
}

}  // namespace

std::optional<EnginePacket> parse_engine_packet(std::string_view text) noexcept {
  if (text.empty() || text.front() < '0' || text.front() > '6') return std::nullopt;
  return EnginePacket{static_cast<EngineType>(text.front()), text.substr(1)};
}

std::optional<std::vector<EnginePacket>> parse_engine_payload(std::string_view body) {
  std::vector<EnginePacket> packets;
  for (std::size_t i = 0; i < kMaxPayloadPackets; ++i) {
    const std::size_t end = body.find(kSeparator);
    const auto packet = parse_engine_packet(body.substr(0, end));
    if (!packet) return std::nullopt;
    packets.push_back(*packet);
    if (end == std::string_view::npos) return packets;
    body.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::string write_engine_open(std::string_view sid, bool can_upgrade, Duration ping_interval, Duration ping_timeout,
                              std::size_t max_payload) {
  std::string packet = "0{";
  append_member(packet, "sid", sid);
  append_raw_member(packet, "upgrades", can_upgrade ? R"(["websocket"])" : "[]");
  append_member(packet, "pingInterval", milliseconds(ping_interval));
  append_member(packet, "pingTimeout", milliseconds(ping_timeout));
  append_member(packet, "maxPayload", std::uint64_t{max_payload});
  return packet += '}';
}

}  // namespace turnpike::rooms
