#pragma once

#include <set>
#include <string>
#include <string_view>

#include "server/config.hpp"
#include "server/config_environment.hpp"
#include "server/config_reader.hpp"
#include "server/config_report.hpp"

namespace turnpike::server {

struct LoadedConfig {
  Config config;  ///< only worth anything when ok()
  std::string file_name;
  SourcePlaces sources;  ///< where the keys stand that the file sets; items of lists as "relay.addresses[0]"
  ConfigReport report;

  [[nodiscard]] bool ok() const noexcept { return report.mistakes.empty(); }
};

/// Reads a configuration and reports all of its mistakes at once, in the file's order. `file_name` is for messages, and
/// files that the configuration names are relative to its folder. Does not throw for anything that a text can hold.
[[nodiscard]] LoadedConfig load_config(std::string_view text, std::string file_name,
                                       const ConfigEnvironment& environment);

/// All mistakes and warnings, one a line, as "FILE:LINE:COLUMN: MESSAGE".
[[nodiscard]] std::string format_report(const LoadedConfig& loaded);

/// Every key with its effective value and its source: `key = value  # default` or `# FILE:LINE`. Secrets are masked.
[[nodiscard]] std::string show_config(const LoadedConfig& loaded);

}  // namespace turnpike::server
