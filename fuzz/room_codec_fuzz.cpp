// libFuzzer target: what a client of the rooms says, in each dialect. The first byte chooses the reader. Whatever one
// of them takes is written by all writers; what they write is JSON that the readers take again, and says the same.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "rooms/json_codec_text.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/rooms/native_codec.hpp"
#include "turnpike/rooms/peerjs_codec.hpp"
#include "turnpike/rooms/room_limits.hpp"
#include "turnpike/rooms/socketio_codec.hpp"

namespace turnpike::rooms {
namespace {

constexpr std::size_t kReadDepth = 32;
constexpr std::size_t kWrittenDepth = 36;  // what a reader took, wrapped by another dialect's writer
const Seconds kSomeTime{20};

std::optional<boost::json::value> value_of(std::string_view text, std::size_t depth) {
  boost::json::parse_options options;
  options.max_depth = depth;
  error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  return error ? std::nullopt : std::optional(std::move(value));
}

/// Nothing that goes out can be cut in two by the separator of polling payloads, or names anything twice.
void check_json(std::string_view text) {
  TURNPIKE_CHECK(text.find('\x1e') == std::string_view::npos);
  TURNPIKE_CHECK(value_of(text, kWrittenDepth));
  TURNPIKE_CHECK(find_json_fault(text).empty() || !value_of(text, kReadDepth));
}

void check_event(std::string_view packet) {
  TURNPIKE_CHECK(packet.substr(0, 2) == "42");
  check_json(packet.substr(2));
  const auto parsed = parse_socketio(packet.substr(1));
  TURNPIKE_CHECK(parsed || !parsed.error().is_fatal || !value_of(packet.substr(2), kReadDepth));
}

void check_id(std::string_view id, std::size_t max_size) { TURNPIKE_CHECK(id.size() <= max_size && is_clean_text(id)); }

void write_by_all(const Notice& notice) {
  const auto native = write_native(notice, 7);
  if (native) check_json(*native);
  const auto packet = write_socketio(notice, 7, "a \"room\"");
  TURNPIKE_CHECK(native.has_value() == packet.has_value());
  if (packet) check_event(*packet);
  const auto frame = write_peerjs(notice, "me");
  if (!frame) return;
  check_json(*frame);
  const auto parsed = parse_peerjs(*frame);
  TURNPIKE_CHECK(parsed || !value_of(*frame, kReadDepth));
}

void write_signal(const Body& body, MessageTag tag) {
  TURNPIKE_CHECK(body != nullptr && find_json_fault(*body).empty());
  write_by_all(Signal{"some\"body", static_cast<std::uint8_t>(tag), body});
}

void write_join(const NativeJoin& join) {
  check_id(join.room, kMaxRoomId);
  check_id(join.user, kMaxUserId);
  check_id(join.name, kMaxName);
  const Peer peer{join.user, join.name};
  write_by_all(PeerJoined{peer});
  write_by_all(PeerLeft{join.user, LeaveReason::left});
  write_by_all(Undelivered{join.user});
  const Joined joined{join.room, join.user, join.name, {peer, peer}, join.resume, false, {}};
  const std::string text = write_native_joined(joined, join.seen.value_or(0), {});
  check_json(text);
  check_event(write_socketio_event("joined", strip_type(text)));
}

void write_chat(const std::string& text) {
  write_by_all(Chat{"u", "n", text, 1, UnixSeconds{kSomeTime}});
  check_json(write_peerjs_error(text));
  check_json(std::string_view(write_socketio_connected(text)).substr(2));
}

void read_native(std::string_view text) {
  const auto parsed = parse_native(text);
  const std::string ref = parsed ? parsed->ref : parsed.error().ref;
  TURNPIKE_CHECK(ref.empty() || find_json_fault(ref).empty());
  check_json(write_native_error(Refusal::bad_message, parsed ? "" : parsed.error().words, ref));
  if (!parsed) return;
  if (const auto* join = std::get_if<NativeJoin>(&parsed->content)) write_join(*join);
  if (const auto* chat = std::get_if<NativeChat>(&parsed->content)) write_chat(chat->text);
  const auto* signal = std::get_if<NativeSignal>(&parsed->content);
  if (signal == nullptr) return;
  check_id(signal->target, kMaxUserId);
  write_signal(signal->body, MessageTag::signal);
  const auto again = parse_native(*write_native(Signal{"u", 0, signal->body}, 1));
  TURNPIKE_CHECK(again && *std::get<NativeSignal>(again->content).body == *signal->body);
}

void read_peerjs(std::string_view text) {
  const auto parsed = parse_peerjs(text);
  if (!parsed) return;
  check_id(parsed->destination, kMaxUserId);
  using Type = PeerJsMessage::Type;
  if (parsed->type == Type::heartbeat || parsed->type == Type::other) return;
  const MessageTag tag = tag_of(parsed->type);
  write_signal(parsed->payload, tag);
  const auto again = parse_peerjs(*write_peerjs(Signal{"u", static_cast<std::uint8_t>(tag), parsed->payload}, "me"));
  TURNPIKE_CHECK(again && again->type == parsed->type && *again->payload == *parsed->payload);
}

void read_socketio(std::string_view text) {
  const auto parsed = parse_socketio(text);
  if (!parsed) return;
  const std::string refusal = write_socketio_connect_error(parsed->name_space, "no");
  TURNPIKE_CHECK(refusal.find('\x1e') == std::string::npos && is_clean_text(parsed->name_space));
  if (const auto* join = std::get_if<SocketIoJoin>(&parsed->content)) write_join(join->join);
  if (const auto* chat = std::get_if<SocketIoChat>(&parsed->content)) write_chat(chat->text);
  if (const auto* other = std::get_if<SocketIoOther>(&parsed->content)) {
    check_json(std::string_view(write_socketio_event(other->event, "{}")).substr(2));
  }
  const auto* signal = std::get_if<SocketIoSignal>(&parsed->content);
  if (signal == nullptr) return;
  check_id(signal->room, kMaxRoomId);
  check_id(signal->target, kMaxUserId);
  write_signal(signal->body, signal->tag);
}

void read_payload(std::string_view body) {
  const auto packets = parse_engine_payload(body);
  if (!packets) return;
  TURNPIKE_CHECK(!packets->empty() && packets->size() <= kMaxPayloadPackets);
  for (const EnginePacket& packet : *packets) {
    if (packet.type == EngineType::message) read_socketio(packet.content);
  }
}

/// The slices are what a parser makes of the whole.
void cut(std::string_view text) {
  const auto slices = slices_of(text);  // ends within the text even if it is no JSON
  TURNPIKE_CHECK(slices.size() <= text.size());
  if (!find_json_fault(text).empty()) return;
  const auto whole = value_of(text, kReadDepth);
  TURNPIKE_CHECK(whole);
  const auto parts = slices_of(trim_json(text));
  if (const auto* array = whole->if_array()) {
    TURNPIKE_CHECK(array->size() == parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) TURNPIKE_CHECK(value_of(parts[i].value, kReadDepth) == (*array)[i]);
  }
  if (const auto* object = whole->if_object()) {
    TURNPIKE_CHECK(object->size() == parts.size());
    for (const JsonSlice& part : parts) {
      const auto* value = object->if_contains(meaning_of(part.name));
      TURNPIKE_CHECK(value != nullptr && value_of(part.value, kReadDepth) == *value);
    }
  }
}

void exercise(std::uint8_t reader, std::string_view text) {
  switch (reader % 5) {
    case 0: return read_native(text);
    case 1: return read_peerjs(text);
    case 2: return read_socketio(text);
    case 3: return read_payload(text);
    default: return cut(text);
  }
}

}  // namespace
}  // namespace turnpike::rooms

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  std::string text(size - 1, '\0');
  std::copy(bytes + 1, bytes + size, text.begin());
  turnpike::rooms::exercise(bytes[0], text);
  return 0;
}
