#include "turnpike/rooms/socketio_codec.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "rooms/codec_members.hpp"
#include "rooms/json_codec_text.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

using Parsed = Result<SocketIoPacket, SocketIoFault>;
using PacketContent = decltype(SocketIoPacket::content);

constexpr std::uint64_t kMaxAck = std::uint64_t{1} << 53U;  // what a JavaScript number can count to
constexpr std::size_t kMaxNamespace = 256;                  // bytes

struct EventName {
  std::string_view name;
  MessageTag tag;
};
constexpr std::array<EventName, 4> kSignals{{
    {"signal", MessageTag::signal},
    {"offer", MessageTag::offer},
    {"answer", MessageTag::answer},
    {"candidate", MessageTag::candidate},
}};

/// What a packet has in front of its JSON.
struct Header {
  std::string name_space = "/";
  std::optional<std::uint64_t> ack;
};

SocketIoPacket make_packet(PacketContent content, Header header) {
  return {std::move(content), std::move(header.name_space), header.ack};
}

SocketIoFault fatal(std::string words) { return {std::move(words), true, std::nullopt}; }

/// An event's arguments, and the first thing that is wrong with them.
struct Arguments {
  std::vector<JsonSlice> values;
  std::string fault;

  /// JSON text; nothing when it is absent or null.
  [[nodiscard]] std::optional<std::string_view> at(std::size_t index) const {
    if (index >= values.size() || kind_of(values[index].value) == JsonKind::null) return std::nullopt;
    return values[index].value;
  }
  [[nodiscard]] std::optional<std::string_view> object_at(std::size_t index) const {
    const auto value = at(index);
    return value && kind_of(*value) == JsonKind::object ? value : std::nullopt;
  }
  [[nodiscard]] std::string id_at(std::size_t index, const char* name, std::size_t max_size) {
    const auto value = at(index);
    if (!value) return {};
    const std::string wrong = find_text_fault(*value, max_size, NumberUse::take);
    if (wrong.empty()) return id_of(*value);
    if (fault.empty()) fault = std::string("the ") + name + ' ' + wrong;
    return {};
  }
};

/// The room that an object names.
std::string room_of(CodecMembers& members) { return members.id(members.has("roomId") ? "roomId" : "room", kMaxRoomId); }

SocketIoJoin read_join_event(Arguments& arguments) {
  SocketIoJoin event;
  if (const auto object = arguments.object_at(0)) {
    CodecMembers members(*object);
    event.join = read_join(members);
    event.join.room = room_of(members);
    arguments.fault = members.fault();
    return event;
  }
  event.join.room = arguments.id_at(0, "room", kMaxRoomId);
  event.join.user = arguments.id_at(1, "user id", kMaxUserId);
  return event;
}

/// The object of an offer, answer or candidate as it is passed on. `from` is for us to say; `type` comes first, for the
/// dialects that look there.
std::string rest_of(const CodecMembers& members, std::size_t room_for) {
  constexpr std::array<std::string_view, 5> kTaken{"type", "room", "roomId", "targetUserId", "from"};
  std::string json;
  json.reserve(room_for);
  json += '{';
  for (const JsonSlice& slice : members.slices()) {
    if (slice.is_named("type")) append_raw_member(json, "type", slice.value);
  }
  for (const JsonSlice& slice : members.slices()) {
    bool is_taken = false;
    for (const std::string_view name : kTaken) is_taken = is_taken || slice.is_named(name);
    if (is_taken) continue;
    append_raw_member(json, slice.name.substr(1, slice.name.size() - 2), slice.value);
  }
  return json += '}';
}

SocketIoSignal read_signal_event(MessageTag tag, Arguments& arguments) {
  SocketIoSignal event;
  event.tag = tag;
  const auto object = arguments.object_at(0);
  if (!object) {
    arguments.fault = "the argument must be an object";
    return event;
  }
  CodecMembers members(*object);
  event.room = room_of(members);
  event.target = members.id("targetUserId", kMaxUserId);
  event.body = std::make_shared<const std::string>(tag == MessageTag::signal ? std::string(members.required_raw("data"))
                                                                             : rest_of(members, object->size()));
  arguments.fault = members.fault();
  return event;
}

SocketIoChat read_chat_event(Arguments& arguments) {
  SocketIoChat event;
  if (const auto object = arguments.object_at(0)) {
    CodecMembers members(*object);
    event.room = room_of(members);
    event.text = members.required_text("text");
    arguments.fault = members.fault();
    return event;
  }
  const auto text = arguments.at(0);
  if (text && kind_of(*text) == JsonKind::text) {
    event.text = meaning_of(*text);
  } else {
    arguments.fault = "the argument must be a text or an object";
  }
  return event;
}

PacketContent read_event(const std::string& event, Arguments& arguments) {
  for (const EventName& signal : kSignals) {
    if (signal.name == event) return read_signal_event(signal.tag, arguments);
  }
  if (event == "join-room") return read_join_event(arguments);
  if (event == "chat") return read_chat_event(arguments);
  if (event == "leave-room") return SocketIoLeave{};
  return SocketIoOther{event};
}

Parsed parse_event(std::string_view json, Header header) {
  if (kind_of(json) != JsonKind::array) return fatal("an event must be an array");
  Arguments arguments{slices_of(json), {}};
  const auto name = arguments.at(0);
  if (!name || kind_of(*name) != JsonKind::text) return fatal("an event must have a name");
  const std::string event = meaning_of(*name);
  arguments.values.erase(arguments.values.begin());
  PacketContent content = read_event(event, arguments);
  if (arguments.fault.empty()) return make_packet(std::move(content), std::move(header));
  return SocketIoFault{std::move(arguments.fault), false, header.ack};
}

Parsed parse_connect(std::string_view json, Header header) {
  SocketIoConnect connect;
  const JsonKind kind = kind_of(json);  // of nothing: null
  if (kind != JsonKind::object && kind != JsonKind::null) return fatal("the authentication must be an object");
  if (kind == JsonKind::object) {
    CodecMembers members(json);
    connect.token = members.any_text("token");
    if (!members.fault().empty()) return fatal(members.fault());
  }
  return make_packet(std::move(connect), std::move(header));
}

/// Takes the namespace off the front: "/admin,", or all that is left. False: it is none that can be answered.
bool take_namespace(std::string_view& rest, Header& header) {
  if (rest.empty() || rest.front() != '/') return true;
  const std::size_t comma = rest.find(',');
  const std::string_view whole = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  header.name_space = std::string(whole.substr(0, whole.find('?')));  // a query may follow it
  return header.name_space.size() <= kMaxNamespace && is_clean_text(header.name_space);
}

/// Takes the acknowledgement's id off the front, if there is one. False: it cannot be one.
bool take_ack(std::string_view& rest, Header& header) {
  if (rest.empty() || rest.front() < '0' || rest.front() > '9') return true;
  std::uint64_t ack = 0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), ack);
  if (error != std::errc() || ack > kMaxAck) return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  header.ack = ack;
  return true;
}

}  // namespace

Parsed parse_socketio(std::string_view message) {
  if (message.empty() || message.front() < '0' || message.front() > '2') {
    return fatal("this is no packet that a client sends here");
  }
  const char type = message.front();
  message.remove_prefix(1);
  Header header;
  if (!take_namespace(message, header)) return fatal("the namespace is too long or has control characters");
  if (!take_ack(message, header)) return fatal("the id of the acknowledgement is too large");
  if (message.empty() && type == '2') return fatal("an event must be an array");
  if (!message.empty()) {
    if (std::string fault = find_json_fault(message); !fault.empty()) return fatal(std::move(fault));
  }
  const std::string_view json = trim_json(message);
  if (type == '0') return parse_connect(json, std::move(header));
  if (type == '2') return parse_event(json, std::move(header));
  if (!json.empty()) return fatal("a disconnection has no more to it");
  return make_packet(SocketIoDisconnect{}, std::move(header));
}

}  // namespace turnpike::rooms
