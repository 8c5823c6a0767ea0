#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coturn/conf_reader.hpp"
#include "turnpike/coturn/import.hpp"

namespace turnpike::coturn {

/// A TOML string, quotes included. The text must be UTF-8.
[[nodiscard]] std::string quote_toml(std::string_view text);

/// One item of a list, with what stands behind it as a comment.
struct ListItem {
  std::string value;
  std::string comment;
};

/// What the mappers work on: the lines of the one file, what became of each, and the text of the other.
class Draft {
 public:
  explicit Draft(const ConfFile& conf);

  [[nodiscard]] const ConfFile& conf() const noexcept { return conf_; }
  [[nodiscard]] const std::vector<Verdict>& verdicts() const noexcept { return verdicts_; }
  [[nodiscard]] const std::string& toml() const noexcept { return toml_; }

  /// Says what became of a mapped line in words of its own.
  void tell(const ConfLine& line, std::string words);
  /// A line that is mapped in general, but not like this: somebody must look at it.
  void refuse(const ConfLine& line, std::string_view words);
  /// A line whose meaning does not come along without somebody's doing, whatever its fate.
  void demand(const ConfLine& line, std::string words);
  /// What concerns the whole file.
  void note(std::string words, bool needs_you);

  /// The number that a line has, from `least` to `most`; what lies outside becomes the nearer of the two and is told.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most);

  /// Begins a table, when something follows in it.
  void table(std::string_view name);
  void comment(std::string_view text);
  /// A comment between two tables.
  void remark(std::string_view text);
  void key(std::string_view name, std::string_view value, std::string_view comment = {});
  void list(std::string_view name, const std::vector<ListItem>& items);

 private:
  Verdict& verdict_of(const ConfLine& line);
  void begin_entry();

  const ConfFile& conf_;
  std::vector<Verdict> verdicts_;
  std::string toml_;
  std::string pending_table_;
};

/// "line 12: listening-port".
[[nodiscard]] std::string origin(const ConfLine& line);

}  // namespace turnpike::coturn
