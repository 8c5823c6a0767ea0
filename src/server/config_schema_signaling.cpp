#include <algorithm>

#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint32_t kMostClients = 1'000'000;
constexpr std::size_t kMostPath = 128;
constexpr std::size_t kMostSegment = 64;

bool is_key_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/// The only difference between keys and paths: what names a key stands in URLs without any encoding.
bool is_path_character(char c) { return is_key_character(c) || c == '.' || c == '~'; }

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." && std::ranges::all_of(segment, is_path_character);
}

/// `path` begins and ends with a slash.
bool has_good_segments(std::string_view path) {
  for (path.remove_prefix(1); !path.empty();) {
    const std::size_t end = path.find('/');
    if (!is_segment(path.substr(0, end))) return false;
    path.remove_prefix(end + 1);
  }
  return true;
}

std::string check_message_size(const ByteSize& size) {
  constexpr std::uint64_t kLeast = 1U << 10U;
  constexpr std::uint64_t kMost = 1U << 20U;
  return size.bytes >= kLeast && size.bytes <= kMost ? "" : "must be 1KiB to 1MiB";
}

std::string check_peerjs_key(const std::string& text) {
  if (!text.empty() && text.size() <= kMostSegment && std::ranges::all_of(text, is_key_character)) return {};
  return fmt::format("a key has 1 to {} characters out of letters, digits, '_' and '-'", kMostSegment);
}

ConfigKey peerjs_path_key() {
  const auto load = [](const ConfigValue& value, Config& config) {
    std::string path;
    if (!read(value, path)) return false;
    if (!path.starts_with('/')) return value.reject("a path begins with a slash");
    if (!path.ends_with('/')) path += '/';
    if (path.size() > kMostPath) return value.reject(fmt::format("a path has at most {} characters here", kMostPath));
    if (!has_good_segments(path)) {
      return value.reject("between its slashes a path has letters, digits, '.', '_', '~' and '-' here");
    }
    config.signaling.peerjs_path = std::move(path);
    return true;
  };
  return key_with_load(
      "signaling.peerjs_path", [](auto& c) -> auto& { return c.signaling.peerjs_path; },
      "Where PeerJS clients find their server: the `path` option of Peer().", load);
}

void add_admission_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "signaling.enabled", [](auto& c) -> auto& { return c.signaling.enabled; },
      "Whether rooms are served at all: /signal, /socket.io/, PeerJS and their part of the API."));
  keys.push_back(key(
      "signaling.auth", [](auto& c) -> auto& { return c.signaling.auth; },
      "Who may join rooms: \"token\" for who has a room token, \"open\" for everybody."));
  keys.push_back(key(
      "signaling.token_secrets", [](auto& c) -> auto& { return c.signaling.token_secrets; },
      "Secrets of room tokens (JWT, HS256), each like those of auth.secrets; the first one signs, all are accepted. "
      "Empty: made out of auth.secrets, or at every start anew when there are none."));
}

void add_bound_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "signaling.max_clients", [](auto& c) -> auto& { return c.signaling.max_clients; },
      "Clients of the rooms at a time; each is a connection.", between<std::uint32_t>(1, kMostClients)));
  keys.push_back(key(
      "signaling.clients_per_address", [](auto& c) -> auto& { return c.signaling.clients_per_address; },
      "How many of them may come from one address (IPv6: one /64).", between<std::uint32_t>(1, kMostClients)));
  keys.push_back(key(
      "signaling.max_rooms", [](auto& c) -> auto& { return c.signaling.max_rooms; }, "Rooms at a time.",
      between<std::uint32_t>(1, kMostClients)));
  keys.push_back(key(
      "signaling.rooms_per_address", [](auto& c) -> auto& { return c.signaling.rooms_per_address; },
      "How many of them clients of one address may have made.", between<std::uint32_t>(1, kMostClients)));
  keys.push_back(key(
      "signaling.max_members", [](auto& c) -> auto& { return c.signaling.max_members; }, "Members of a room.",
      between<std::uint32_t>(2, 1024)));
  keys.push_back(key(
      "signaling.max_message", [](auto& c) -> auto& { return c.signaling.max_message; },
      "The largest message of a client.", check_message_size));
  keys.push_back(key(
      "signaling.message_rate", [](auto& c) -> auto& { return c.signaling.message_rate; },
      "Messages of one client each second, ten times as many at once; each begun 4 KiB counts as one.",
      between<std::uint32_t>(1, 10'000)));
}

void add_connection_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "signaling.grace", [](auto& c) -> auto& { return c.signaling.grace; },
      "How long the place of a client whose connection is lost is kept for it; \"0s\" means not at all.",
      between(Milliseconds{0}, Milliseconds{std::chrono::minutes{10}})));
  keys.push_back(key(
      "signaling.heartbeat", [](auto& c) -> auto& { return c.signaling.heartbeat; },
      "How often a client must show that it is still there.", between(Seconds{1}, Seconds{300})));
  keys.push_back(key(
      "signaling.send_queue", [](auto& c) -> auto& { return c.signaling.send_queue; },
      "What may wait for one client; who reads too slowly for it is closed.", check_queue));
  keys.push_back(key(
      "signaling.credential_ttl", [](auto& c) -> auto& { return c.signaling.credential_ttl; },
      "How long TURN credentials live that members of rooms get; they are renewed in time.",
      between(Seconds{10}, Seconds{30LL * 86400})));
}

void add_peerjs_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(peerjs_path_key());
  keys.push_back(key(
      "signaling.peerjs_key", [](auto& c) -> auto& { return c.signaling.peerjs_key; }, "The `key` option of Peer().",
      check_peerjs_key));
  keys.push_back(key(
      "signaling.peerjs_discovery", [](auto& c) -> auto& { return c.signaling.peerjs_discovery; },
      "Whether everybody may list the ids of PeerJS clients."));
  keys.push_back(key(
      "signaling.peerjs_clients", [](auto& c) -> auto& { return c.signaling.peerjs_clients; },
      "PeerJS clients without room tokens at a time, which share one room.", between<std::uint32_t>(2, kMostClients)));
}

}  // namespace

void add_signaling_keys(std::vector<ConfigKey>& keys) {
  add_admission_keys(keys);
  add_bound_keys(keys);
  add_connection_keys(keys);
  add_peerjs_keys(keys);
}

}  // namespace turnpike::server
