#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/config_report.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::server {

struct TomlEntry;

/// A TOML document as a plain tree. Keeps the TOML library out of all other files.
struct TomlNode {
  enum class Kind : std::uint8_t { boolean, integer, real, text, date_time, array, table };
  Kind kind = Kind::table;
  SourcePlace place;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;
  std::vector<TomlNode> items;     ///< of an array
  std::vector<TomlEntry> entries;  ///< of a table, in the file's order

  [[nodiscard]] const TomlEntry* find(std::string_view key) const noexcept;
};

struct TomlEntry {
  std::string key;
  SourcePlace place;  ///< of the key
  TomlNode value;
};

/// "a string", "an array" ...
[[nodiscard]] std::string_view name_of(TomlNode::Kind kind) noexcept;

/// The table that the whole file is, or the first syntax error: behind it nothing can be trusted. Does not throw.
[[nodiscard]] Result<TomlNode, ConfigProblem> parse_toml(std::string_view text);

/// `text` as a TOML string; control characters are escaped.
[[nodiscard]] std::string quote_toml(std::string_view text);

}  // namespace turnpike::server
