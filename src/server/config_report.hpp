#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace turnpike::server {

/// Where something stands in the configuration file; both count from 1. Line 0: nowhere in the file.
struct SourcePlace {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend auto operator<=>(const SourcePlace&, const SourcePlace&) = default;
};

struct ConfigProblem {
  SourcePlace place;
  std::string message;
  friend auto operator<=>(const ConfigProblem&, const ConfigProblem&) = default;
};

/// Mistakes forbid to start with a file; warnings do not.
struct ConfigReport {
  std::vector<ConfigProblem> mistakes;
  std::vector<ConfigProblem> warnings;
};

/// "FILE:LINE:COLUMN: MESSAGE", without the numbers when the problem has no place.
[[nodiscard]] std::string format_problem(const std::string& file_name, const ConfigProblem& problem);

}  // namespace turnpike::server
