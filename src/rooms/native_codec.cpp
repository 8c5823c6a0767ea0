#include "turnpike/rooms/native_codec.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "rooms/codec_members.hpp"
#include "rooms/json_codec_text.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {
namespace {

constexpr std::uint64_t kProtocol = 1;

NativeSignal read_signal(CodecMembers& members) {
  NativeSignal signal;
  signal.body = std::make_shared<const std::string>(members.required_raw("data"));
  signal.target = members.id("targetUserId", kMaxUserId);
  return signal;
}

using NativeContent = decltype(NativeMessage::content);

/// Nothing: there is no such type.
std::optional<NativeContent> read_content(std::string_view type, CodecMembers& members) {
  if (type == "signal") return read_signal(members);
  if (type == "join-room") return read_join(members);
  if (type == "chat") return NativeChat{members.required_text("text")};
  if (type == "leave-room") return NativeLeave{};
  if (type == "ping") return NativePing{};
  return std::nullopt;
}

std::string begin(std::string_view type, std::size_t room_for = 128) {
  std::string json;
  json.reserve(room_for);
  json += '{';
  append_raw_member(json, "type", type);
  return json;
}

std::string end(std::string json) {
  json += '}';
  return json;
}

void append_peer(std::string& json, const Peer& peer) {
  append_member(json, "userId", peer.user);
  append_member(json, "name", peer.name);
}

void append_grant(std::string& json, const IceGrant& ice) {
  append_raw_member(json, "iceServers", ice.ice_servers);
  if (ice.expires_at.empty()) return append_raw_member(json, "expiresAt", "null");
  append_member(json, "expiresAt", ice.expires_at);
}

/// RFC 3339 in UTC.
std::string show_time(UnixSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

/// What is numbered.
class NumberedWriter {
 public:
  explicit NumberedWriter(std::uint64_t sequence) : sequence_(sequence) {}

  std::string operator()(const PeerJoined& joined) const {
    std::string json = begin(R"("new-peer")");
    append_peer(json, joined.peer);
    return numbered(std::move(json));
  }
  std::string operator()(const PeerLeft& left) const {
    std::string json = begin(R"("peer-left")");
    append_member(json, "userId", left.user);
    append_member(json, "reason", name_of(left.reason));
    return numbered(std::move(json));
  }
  std::string operator()(const Signal& signal) const {
    std::string json = begin(R"("signal")", signal.body->size() + signal.from.size() + 128);
    append_member(json, "from", signal.from);
    append_name(json, "data");
    append_data(json, signal);
    return numbered(std::move(json));
  }
  std::string operator()(const Chat& chat) const {
    std::string json = begin(R"("chat")", chat.text.size() + 512);
    append_member(json, "from", chat.from);
    append_member(json, "name", chat.name);
    append_member(json, "text", chat.text);
    append_member(json, "id", fmt::format_int(chat.id).c_str());
    append_member(json, "at", show_time(chat.at));
    return numbered(std::move(json));
  }

 private:
  [[nodiscard]] std::string numbered(std::string json) const {
    append_member(json, "seq", sequence_);
    return end(std::move(json));
  }

  std::uint64_t sequence_;
};

}  // namespace

Result<NativeMessage, CodecFault> parse_native(std::string_view text) {
  if (std::string fault = find_json_fault(text); !fault.empty()) return refuse_message(std::move(fault));
  const std::string_view object = trim_json(text);
  if (kind_of(object) != JsonKind::object) return refuse_message("a message must be a JSON object");
  CodecMembers members(object);
  auto ref = read_ref(members);
  if (!ref) return refuse_message("\"ref\" must be a text of at most 64 bytes or a number");
  const std::string type = members.required_text("type");
  auto content = read_content(type, members);
  if (!members.fault().empty()) return refuse_message(members.fault(), std::move(*ref));
  if (!content) return refuse_message("\"type\" is unknown", std::move(*ref));
  return NativeMessage{std::move(*content), std::move(*ref)};
}

std::string write_native_hello(Seconds heartbeat) {
  std::string json = begin(R"("hello")");
  append_member(json, "protocol", kProtocol);
  append_member(json, "heartbeatSeconds", static_cast<std::uint64_t>(heartbeat.count()));
  return end(std::move(json));
}

std::string write_native_joined(const Joined& joined, std::uint64_t sequence, const IceGrant& ice) {
  std::string json = begin(R"("joined")", ice.ice_servers.size() + 1024);
  append_member(json, "roomId", joined.room);
  append_member(json, "userId", joined.user);
  append_member(json, "name", joined.name);
  append_raw_member(json, "peers", "[");
  for (const Peer& peer : joined.peers) {
    json += json.back() == '[' ? "{" : ",{";
    append_peer(json, peer);
    json += '}';
  }
  json += ']';
  append_grant(json, ice);
  append_member(json, "resume", joined.resume);
  append_raw_member(json, "resumed", joined.resumed ? "true" : "false");
  append_member(json, "seq", sequence);
  return end(std::move(json));
}

std::string write_native_ice_servers(const IceGrant& ice) {
  std::string json = begin(R"("ice-servers")", ice.ice_servers.size() + 128);
  append_grant(json, ice);
  return end(std::move(json));
}

std::string write_native_draining(Seconds reconnect_after) {
  std::string json = begin(R"("draining")");
  append_member(json, "reconnectAfter", static_cast<std::uint64_t>(reconnect_after.count()));
  return end(std::move(json));
}

std::string write_native_pong() { return end(begin(R"("pong")")); }

std::string write_native_error(Refusal code, std::string_view words, std::string_view ref) {
  std::string json = begin(R"("error")");
  append_member(json, "code", name_of(code));
  append_member(json, "message", words);
  if (!ref.empty()) append_raw_member(json, "ref", ref);
  return end(std::move(json));
}

std::optional<std::string> write_native(const Notice& notice, std::uint64_t sequence) {
  const NumberedWriter write(sequence);
  if (const auto* joined = std::get_if<PeerJoined>(&notice)) return write(*joined);
  if (const auto* left = std::get_if<PeerLeft>(&notice)) return write(*left);
  if (const auto* signal = std::get_if<Signal>(&notice)) return write(*signal);
  if (const auto* chat = std::get_if<Chat>(&notice)) return write(*chat);
  return std::nullopt;
}

}  // namespace turnpike::rooms
