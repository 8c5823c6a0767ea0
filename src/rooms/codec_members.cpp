#include "rooms/codec_members.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "turnpike/base/clean_text.hpp"
#include "turnpike/rooms/message_tag.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

constexpr std::size_t kMaxRef = 64;  // bytes

bool is_text(std::string_view value) noexcept { return kind_of(value) == JsonKind::text; }

void append_tagged(std::string& json, std::string_view type, std::string_view payload) {
  json += '{';
  append_raw_member(json, "type", type);
  append_raw_member(json, "payload", payload);
  json += '}';
}

/// What a Socket.IO object said by its event's name is said by `type`, unless the object says that itself: then it does
/// so first, see parse_socketio().
void append_described(std::string& json, std::string_view type, std::string_view object) {
  constexpr std::string_view kOwn = "{\"type\":";
  const std::string_view rest = object.substr(1);
  if (object.substr(0, kOwn.size()) == kOwn) {
    json += object;
    return;
  }
  json += '{';
  append_raw_member(json, "type", type);
  if (rest != "}") json += ',';
  json += rest;
}

}  // namespace

std::optional<std::string_view> CodecMembers::raw(std::string_view name) const {
  const auto found =
      std::find_if(slices_.begin(), slices_.end(), [name](const JsonSlice& slice) { return slice.is_named(name); });
  if (found == slices_.end() || kind_of(found->value) == JsonKind::null) return std::nullopt;
  return found->value;
}

std::string_view CodecMembers::required_raw(std::string_view name) {
  const auto found =
      std::find_if(slices_.begin(), slices_.end(), [name](const JsonSlice& slice) { return slice.is_named(name); });
  if (found != slices_.end()) return found->value;
  complain(name, "is missing");
  return {};
}

std::string CodecMembers::any_text(std::string_view name) {
  const auto value = raw(name);
  if (!value) return {};
  if (is_text(*value)) return meaning_of(*value);
  complain(name, "must be a text");
  return {};
}

std::string CodecMembers::id(std::string_view name, std::size_t max_size) {
  const auto value = raw(name);
  if (!value) return {};
  const std::string fault = find_text_fault(*value, max_size, NumberUse::take);
  if (fault.empty()) return id_of(*value);
  complain(name, fault);
  return {};
}

std::string CodecMembers::clean_text(std::string_view name, std::size_t max_size) {
  const auto value = raw(name);
  if (!value) return {};
  const std::string fault = find_text_fault(*value, max_size, NumberUse::refuse);
  if (fault.empty()) return meaning_of(*value);
  complain(name, fault);
  return {};
}

std::string CodecMembers::required_text(std::string_view name) {
  if (has(name)) return any_text(name);
  complain(name, "is missing");
  return {};
}

std::optional<std::uint64_t> CodecMembers::whole_number(std::string_view name) {
  const auto value = raw(name);
  if (!value) return std::nullopt;
  std::uint64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, error] = std::from_chars(value->data(), end, number);
  if (error == std::errc() && stop == end) return number;
  complain(name, "must be a whole number");
  return std::nullopt;
}

void CodecMembers::complain(std::string_view name, std::string_view words) {
  if (fault_.empty()) fault_ = fmt::format("\"{}\" {}", name, words);
}

std::string find_text_fault(std::string_view value, std::size_t max_size, NumberUse numbers) {
  const bool takes_number = numbers == NumberUse::take;
  const bool is_number = takes_number && kind_of(value) == JsonKind::number;
  if (!is_number && !is_text(value)) return takes_number ? "must be a text or a number" : "must be a text";
  const std::string text = id_of(value);
  if (text.size() > max_size) return fmt::format("is longer than {} bytes", max_size);
  return turnpike::is_clean_text(text) ? std::string() : "has control characters";
}

std::string id_of(std::string_view value) { return is_text(value) ? meaning_of(value) : std::string(value); }

NativeJoin read_join(CodecMembers& members) {
  NativeJoin join;
  join.room = members.id("roomId", kMaxRoomId);
  join.user = members.id("userId", kMaxUserId);
  join.name = members.clean_text("name", kMaxName);
  join.token = members.any_text("token");
  join.resume = members.any_text("resume");
  join.seen = members.whole_number("lastSeq");
  return join;
}

std::optional<std::string> read_ref(const CodecMembers& members) {
  const auto value = members.raw("ref");
  if (!value) return std::string();
  const bool is_number = kind_of(*value) == JsonKind::number;
  if (!is_number && !is_text(*value)) return std::nullopt;
  const std::size_t size = is_number ? value->size() : meaning_of(*value).size();
  return size <= kMaxRef ? std::optional(std::string(*value)) : std::nullopt;
}

CodecFault refuse_message(std::string words, std::string ref) {
  return {Refusal::bad_message, std::move(words), std::move(ref)};
}

void append_data(std::string& json, const Signal& signal) {
  const std::string_view body = *signal.body;
  switch (static_cast<MessageTag>(signal.tag)) {
    case MessageTag::signal: json += body; return;
    case MessageTag::offer: append_described(json, "\"offer\"", body); return;
    case MessageTag::answer: append_described(json, "\"answer\"", body); return;
    case MessageTag::candidate: append_described(json, "\"candidate\"", body); return;
    case MessageTag::peerjs_offer: append_tagged(json, "\"OFFER\"", body); return;
    case MessageTag::peerjs_answer: append_tagged(json, "\"ANSWER\"", body); return;
    case MessageTag::peerjs_candidate: append_tagged(json, "\"CANDIDATE\"", body); return;
    case MessageTag::peerjs_leave: append_tagged(json, "\"LEAVE\"", body); return;
  }
}

}  // namespace turnpike::rooms
