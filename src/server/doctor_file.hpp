#pragma once

#include <optional>
#include <string>

#include "server/doctor.hpp"

namespace turnpike::server {

struct ExaminedFile {
  LoadedConfig loaded;
  TomlNode root;
};

/// The same environment, which also finds the credentials of the running service: what runs beside it has no variable
/// that says where they are.
[[nodiscard]] ConfigEnvironment with_service_credentials(ConfigEnvironment environment);

/// Reads the configuration and reports its mistakes; nothing when they forbid to look any further. Secrets that only
/// the service may read forbid nothing. An empty path stands for the defaults.
[[nodiscard]] std::optional<ExaminedFile> examine_file(const std::string& path, CommandWorld& world,
                                                       const Machine& machine, Findings& findings);

}  // namespace turnpike::server
