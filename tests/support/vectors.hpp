#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/hex.hpp"

namespace turnpike::test {

/// tests/vectors in the source tree; the build says where that is.
[[nodiscard]] inline std::filesystem::path vectors_directory() { return TURNPIKE_TEST_VECTORS; }

/// `name` is relative to tests/vectors. Throws when there is no such file: a test without its vectors must not pass.
[[nodiscard]] inline std::string read_vector_text(const std::string& name) {
  const std::ifstream file{vectors_directory() / name};
  if (!file) throw std::runtime_error("no test vector " + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

[[nodiscard]] inline Bytes read_hex_vector(const std::string& name) { return from_hex(read_vector_text(name)); }

using CsvRow = std::vector<std::string>;

/// RFC 4180 fields without line breaks inside; the heading is left out.
[[nodiscard]] inline std::vector<CsvRow> read_csv_vector(const std::string& name) {
  std::istringstream lines{read_vector_text(name)};
  std::string line;
  std::vector<CsvRow> rows;
  for (std::getline(lines, line); std::getline(lines, line);) {
    CsvRow row(1);
    bool quoted = false;
    for (const char character : line) {
      if (character == '"') {
        quoted = !quoted;
      } else if (character == ',' && !quoted) {
        row.emplace_back();
      } else {
        row.back() += character;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace turnpike::test
