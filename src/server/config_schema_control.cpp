#include <algorithm>

#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxSocketPath = 107;  // unix(7): sun_path without its end

/// A path that may be empty; a relative one starts at the configuration's own folder.
template <typename Access>
ConfigKey path_key(std::string path, Access access, std::string documentation, std::size_t longest) {
  const auto load = [access, longest](const ConfigValue& value, Config& config) {
    std::string text;
    if (!read(value, text)) return false;
    if (text.find('\0') != std::string::npos) return value.reject("must be a path");
    if (!text.empty() && !resolve_file(value, text, text)) return false;
    if (text.size() > longest) return value.reject(fmt::format("a path has at most {} bytes here", longest));
    access(config) = text;
    return true;
  };
  return key_with_load(std::move(path), access, std::move(documentation), load);
}

}  // namespace

ConfigKey database_key() {
  return path_key(
      "auth.database", [](auto& c) -> auto& { return c.auth.database; },
      "The SQLite database of static users, API keys and revocations, made on first use; \"\" means none.", 4096);
}

void add_http_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "http.allowed_origins", [](auto& c) -> auto& { return c.http.allowed_origins; },
      "Origins of web pages that may call the API with any key, such as \"https://example.org\"; \"*\" means all."));
  keys.push_back(key(
      "http.plain_api", [](auto& c) -> auto& { return c.http.plain_api; },
      "Whether API keys may come without TLS from elsewhere than this machine, where everybody on the way can read "
      "them."));
}

void add_api_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "api.keys", [](auto& c) -> auto& { return c.api.keys; },
      "API keys beside those of `turnpike key add`: { name, key, scopes, ttl_cap, origins }, where `key` is a secret "
      "like those of auth.secrets."));
  keys.push_back(key(
      "api.rate", [](auto& c) -> auto& { return c.api.rate; },
      "Requests that one API key can make each second; 0 means no limit.", between<std::uint32_t>(0, 1'000'000)));
  keys.push_back(path_key(
      "api.admin_socket", [](auto& c) -> auto& { return c.api.admin_socket; },
      "The Unix socket over which the local command line speaks to the running server; \"\" means none.",
      kMaxSocketPath));
}

void add_metrics_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "metrics.allow", [](auto& c) -> auto& { return c.metrics.allow; },
      "Who may read /metrics without an API key of scope admin."));
}

}  // namespace turnpike::server
