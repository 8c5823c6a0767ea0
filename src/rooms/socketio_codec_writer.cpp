#include <utility>

#include <fmt/format.h>

#include "rooms/codec_members.hpp"
#include "rooms/json_codec_text.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

std::string begin_event(std::string_view event, std::size_t room_for) {
  std::string packet;
  packet.reserve(event.size() + room_for + 16);
  packet += "42[";
  append_json(packet, event);
  return packet;
}

/// The sender's own object, with who and where in front.
std::string write_described(std::string_view event, const Signal& signal, std::string_view room) {
  std::string packet = begin_event(event, signal.body->size() + signal.from.size() + room.size() + 32);
  packet += ",{";
  append_member(packet, "from", signal.from);
  append_member(packet, "room", room);
  const std::string_view rest = std::string_view(*signal.body).substr(1);
  if (rest != "}") packet += ',';
  packet += rest;
  return packet += ']';
}

std::string write_signal(const Signal& signal, std::uint64_t sequence, std::string_view room) {
  std::string packet = begin_event("signal", signal.body->size() + signal.from.size() + room.size() + 96);
  packet += ",{";
  append_member(packet, "from", signal.from);
  append_name(packet, "data");
  append_data(packet, signal);
  append_member(packet, "roomId", room);
  append_member(packet, "seq", sequence);
  return packet += "}]";
}

std::string write_any_signal(const Signal& signal, std::uint64_t sequence, std::string_view room) {
  switch (static_cast<MessageTag>(signal.tag)) {
    case MessageTag::offer: return write_described("offer", signal, room);
    case MessageTag::answer: return write_described("answer", signal, room);
    case MessageTag::candidate: return write_described("candidate", signal, room);
    default: return write_signal(signal, sequence, room);
  }
}

}  // namespace

std::string write_socketio_connected(std::string_view sid) {
  std::string packet = "40{";
  append_member(packet, "sid", sid);
  return packet += '}';
}

std::string write_socketio_connect_error(std::string_view name_space, std::string_view words) {
  std::string packet = "44";
  if (name_space != "/") packet.append(name_space).append(1, ',');
  packet += '{';
  append_member(packet, "message", words);
  return packet += '}';
}

std::string write_socketio_disconnect() { return "41"; }

std::string write_socketio_event(std::string_view event, std::string_view json) {
  std::string packet = begin_event(event, json.size());
  if (!json.empty()) packet += ',';
  packet += json;
  return packet += ']';
}

std::string write_socketio_ack(std::uint64_t ack, std::string_view json) {
  std::string packet;
  packet.reserve(json.size() + 32);
  packet.append("43").append(fmt::format_int(ack).c_str()).append(1, '[').append(json);
  return packet += ']';
}

std::optional<std::string> write_socketio(const Notice& notice, std::uint64_t sequence, std::string_view room) {
  if (const auto* signal = std::get_if<Signal>(&notice)) return write_any_signal(*signal, sequence, room);
  const auto native = write_native(notice, sequence);
  if (!native) return std::nullopt;
  const std::string_view event = std::holds_alternative<PeerJoined>(notice) ? "new-peer"
                                 : std::holds_alternative<PeerLeft>(notice) ? "peer-left"
                                                                            : "chat";
  return write_socketio_event(event, strip_type(*native));
}

std::string strip_type(std::string_view native) {
  const std::size_t comma = native.find(',');  // our own types have none in them
  if (comma == std::string_view::npos) return "{}";
  std::string object;
  object.reserve(native.size());
  object += '{';
  object += native.substr(comma + 1);
  return object;
}

}  // namespace turnpike::rooms
