#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config.hpp"
#include "server/config_reader.hpp"

namespace turnpike::server {

/// Everything there is to know about one key of the file. Loading, `config show`, the check for unknown keys and the
/// tests of the reference file all go by this.
struct ConfigKey {
  std::string path;                                       ///< "relay.peers.allow"
  std::string documentation;                              ///< one sentence or two
  std::function<bool(const ConfigValue&, Config&)> load;  ///< false after a mistake
  std::function<std::string(const Config&)> show;         ///< in TOML, secrets masked
  std::function<bool(const Config&, const Config&)> is_same;
  std::function<std::string(const Config& before, const Config& after)> describe_change;  ///< no secrets in it
  std::function<void(const Config& from, Config& to)> copy;

  [[nodiscard]] std::string_view table() const noexcept;  ///< "relay.peers"; empty for `listen`
  [[nodiscard]] std::string_view name() const noexcept;   ///< "allow"
};

/// In the order of the reference file.
[[nodiscard]] std::vector<ConfigKey> config_schema();

}  // namespace turnpike::server
