#include "server/config_difference.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/config_schema.hpp"

namespace turnpike::server {
namespace {

/// Keys, and with a dot at the end whole tables. What is not here shapes sockets, threads or identities that are made
/// once, at the start.
constexpr std::array<std::string_view, 23> kLive{"auth.secrets",
                                                 "auth.users",
                                                 "auth.nonce_lifetime",
                                                 "auth.max_ttl",
                                                 "auth.default_ttl",
                                                 "quota.",
                                                 "limits.permissions",
                                                 "limits.channels",
                                                 "limits.errors_per_second",
                                                 "limits.peer_connections",
                                                 "relay.peers.",
                                                 "relay.default_lifetime",
                                                 "relay.max_lifetime",
                                                 "relay.follow_client_family",
                                                 "relay.tcp_peer_ports",
                                                 "http.",
                                                 "api.keys",
                                                 "api.rate",
                                                 "signaling.",
                                                 "web.",
                                                 "metrics.",
                                                 "server.host",
                                                 "tls.expiry_warning"};

/// Of those tables, what is made once all the same: routes.
constexpr std::array<std::string_view, 4> kAtStart{"signaling.enabled", "signaling.peerjs_path", "signaling.peerjs_key",
                                                   "web.enabled"};

bool is_live(std::string_view path) {
  if (std::ranges::find(kAtStart, path) != kAtStart.end()) return false;
  return std::ranges::any_of(
      kLive, [path](std::string_view live) { return live == path || (live.ends_with('.') && path.starts_with(live)); });
}

}  // namespace

std::vector<ConfigDifference> find_differences(const Config& before, const Config& after) {
  std::vector<ConfigDifference> differences;
  for (const ConfigKey& key : config_schema()) {
    if (key.is_same(before, after)) continue;
    differences.push_back({key.path, key.show(before), key.show(after), is_live(key.path)});
  }
  return differences;
}

Config merge_live(const Config& running, const Config& fresh) {
  Config merged = running;
  for (const ConfigKey& key : config_schema()) {
    if (is_live(key.path)) key.copy(fresh, merged);
  }
  return merged;
}

}  // namespace turnpike::server
