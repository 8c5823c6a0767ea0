#pragma once

#include <string>

#include "server/doctor_machine.hpp"

namespace turnpike::server {

/// A file's text; empty when it cannot be read.
[[nodiscard]] inline std::string read_or_empty(const Machine& machine, const std::string& path) {
  Result<std::string> text = machine.read_file(path);
  return text ? std::move(*text) : std::string{};
}

}  // namespace turnpike::server
