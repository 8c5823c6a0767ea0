#include "turnpike/rooms/peerjs_codec.hpp"

#include <array>
#include <utility>

#include "rooms/codec_members.hpp"
#include "rooms/json_codec_text.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

using Type = PeerJsMessage::Type;

struct TypeName {
  std::string_view name;
  Type type;
  MessageTag tag;
};
/// Those that are relayed.
constexpr std::array<TypeName, 4> kRelayed{{
    {"OFFER", Type::offer, MessageTag::peerjs_offer},
    {"ANSWER", Type::answer, MessageTag::peerjs_answer},
    {"CANDIDATE", Type::candidate, MessageTag::peerjs_candidate},
    {"LEAVE", Type::leave, MessageTag::peerjs_leave},
}};

Type type_named(std::string_view name) noexcept {
  for (const TypeName& relayed : kRelayed) {
    if (relayed.name == name) return relayed.type;
  }
  return name == "HEARTBEAT" ? Type::heartbeat : Type::other;
}

std::string with_words(std::string_view type, std::string_view words) {
  std::string json = "{";
  append_member(json, "type", type);
  append_raw_member(json, "payload", "{");
  append_member(json, "msg", words);
  return json += "}}";
}

std::string relayed(std::string_view type, std::string_view from, std::string_view to, std::string_view payload) {
  std::string json;
  json.reserve(payload.size() + from.size() + to.size() + 128);
  json += '{';
  append_member(json, "type", type);
  append_member(json, "src", from);
  append_member(json, "dst", to);
  append_raw_member(json, "payload", payload);
  return json += '}';
}

/// What a member that speaks another dialect says in PeerServer's words.
std::optional<std::string> translated(const Signal& signal, std::string_view self) {
  const std::string_view body = trim_json(*signal.body);
  if (kind_of(body) != JsonKind::object) return std::nullopt;
  CodecMembers members(body);
  const std::string type = members.any_text("type");
  const Type known = type_named(type);
  if (known == Type::other || known == Type::heartbeat) return std::nullopt;
  return relayed(type, signal.from, self, members.raw("payload").value_or("null"));
}

std::optional<std::string> write_signal(const Signal& signal, std::string_view self) {
  const auto tag = static_cast<MessageTag>(signal.tag);
  if (tag == MessageTag::signal) return translated(signal, self);
  for (const TypeName& known : kRelayed) {
    if (known.tag == tag) return relayed(known.name, signal.from, self, *signal.body);
  }
  return std::nullopt;
}

}  // namespace

Result<PeerJsMessage, CodecFault> parse_peerjs(std::string_view text) {
  if (std::string fault = find_json_fault(text); !fault.empty()) return refuse_message(std::move(fault));
  const std::string_view object = trim_json(text);
  if (kind_of(object) != JsonKind::object) return refuse_message("a message must be a JSON object");
  CodecMembers members(object);
  PeerJsMessage message;
  message.type = type_named(members.required_text("type"));
  const bool is_relayed = message.type != Type::other && message.type != Type::heartbeat;
  if (is_relayed) message.destination = members.id("dst", kMaxUserId);
  if (!members.fault().empty()) return refuse_message(members.fault());
  // PeerServer drops these too. Only LEAVE means something without a destination.
  if (is_relayed && message.type != Type::leave && message.destination.empty()) message.type = Type::other;
  const bool has_payload = is_relayed && message.type != Type::other;
  const std::string_view payload = has_payload ? members.raw("payload").value_or("null") : "null";
  message.payload = std::make_shared<const std::string>(payload);
  return message;
}

MessageTag tag_of(PeerJsMessage::Type type) noexcept {
  for (const TypeName& relayed_type : kRelayed) {
    if (relayed_type.type == type) return relayed_type.tag;
  }
  return MessageTag::peerjs_leave;
}

std::string write_peerjs_open() { return R"({"type":"OPEN"})"; }

std::string write_peerjs_id_taken() { return with_words("ID-TAKEN", "ID is taken"); }

std::string write_peerjs_error(std::string_view words) { return with_words("ERROR", words); }

std::string write_peerjs_expire(std::string_view absent, std::string_view sender) {
  std::string json = "{";
  append_member(json, "type", "EXPIRE");
  append_member(json, "src", absent);
  append_member(json, "dst", sender);
  return json += '}';
}

std::optional<std::string> write_peerjs(const Notice& notice, std::string_view self) {
  if (const auto* signal = std::get_if<Signal>(&notice)) return write_signal(*signal, self);
  if (const auto* undelivered = std::get_if<Undelivered>(&notice)) {
    return write_peerjs_expire(undelivered->target, self);
  }
  return std::nullopt;
}

}  // namespace turnpike::rooms
