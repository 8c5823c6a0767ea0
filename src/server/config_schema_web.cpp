#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

/// A folder that is there, or nothing; a relative one starts at the configuration's own folder.
ConfigKey root_key() {
  const auto load = [](const ConfigValue& value, Config& config) {
    std::string path;
    if (!read(value, path)) return false;
    if (path.find('\0') != std::string::npos) return value.reject("must be a path");
    if (!path.empty()) {
      if (!resolve_file(value, path, path)) return false;
      if (!value.context().environment.is_folder(path)) return value.reject(fmt::format("there is no folder {}", path));
    }
    config.web.root = std::move(path);
    return true;
  };
  return key_with_load(
      "web.root", [](auto& c) -> auto& { return c.web.root; },
      "A folder with the page's files, read at each request, instead of those that are built in; \"\" means none.",
      load);
}

}  // namespace

void add_web_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "web.enabled", [](auto& c) -> auto& { return c.web.enabled; },
      "Whether the web page is served: /, /r/ROOM, /check, /admin, /turnpike-client.js and /web/."));
  keys.push_back(root_key());
  keys.push_back(key(
      "web.check", [](auto& c) -> auto& { return c.web.check; },
      "Whether the connection test at /check gets credentials, without a key, that relay back to the visitor and to "
      "this server only."));
}

}  // namespace turnpike::server
