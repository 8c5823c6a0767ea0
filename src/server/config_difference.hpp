#pragma once

#include <string>
#include <vector>

#include "server/config.hpp"

namespace turnpike::server {

/// A key of the file whose value is another one.
struct ConfigDifference {
  std::string path;      ///< "relay.peers.allow"
  std::string change;    ///< "16384 -> 5", "added 10.0.0.0/8; removed 10.1.0.0/16", "1 added, 2 removed" (secrets)
  bool is_live = false;  ///< can change while the server runs
  friend bool operator==(const ConfigDifference&, const ConfigDifference&) = default;
};

/// In the order of the reference file.
[[nodiscard]] std::vector<ConfigDifference> find_differences(const Config& before, const Config& after);

/// `running` with those keys of `fresh` that can change while the server runs.
[[nodiscard]] Config merge_live(const Config& running, const Config& fresh);

}  // namespace turnpike::server
