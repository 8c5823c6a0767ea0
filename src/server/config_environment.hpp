#pragma once

#include <functional>
#include <optional>
#include <string>

#include "turnpike/base/result.hpp"

namespace turnpike::server {

/// What the configuration may fetch from outside its own text. Replaced in tests.
struct ConfigEnvironment {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  std::function<Result<std::string>(const std::string& path)> read_file;
  std::function<bool(const std::string& path)> is_folder;
};

/// The process's own variables and files.
[[nodiscard]] ConfigEnvironment process_environment();

/// Files larger than a megabyte are refused: no configuration and no secret is that long, but /dev/zero is.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

}  // namespace turnpike::server
