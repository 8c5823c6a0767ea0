#include "server/config_difference.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/config_schema.hpp"

namespace turnpike::server {
namespace {

/// Keys, and with a dot at the end whole tables, that are taken at the start only: what they shape (threads, the ports'
/// pools, identities, routes) is made once.
constexpr std::array<std::string_view, 9> kAtStart{"server.realm",          "server.workers",       "relay.ports",
                                                   "auth.database",         "api.admin_socket",     "signaling.enabled",
                                                   "signaling.peerjs_path", "signaling.peerjs_key", "web.enabled"};

bool is_live(std::string_view path) {
  return std::ranges::none_of(
      kAtStart, [path](std::string_view key) { return key == path || (key.ends_with('.') && path.starts_with(key)); });
}

}  // namespace

std::vector<ConfigDifference> find_differences(const Config& before, const Config& after) {
  std::vector<ConfigDifference> differences;
  for (const ConfigKey& key : config_schema()) {
    if (key.is_same(before, after)) continue;
    differences.push_back({key.path, key.describe_change(before, after), is_live(key.path)});
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
