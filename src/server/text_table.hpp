#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace turnpike::server {

/// Rows of cells in columns as wide as they must be. Cells are UTF-8 without control characters.
class TextTable {
 public:
  using Row = std::vector<std::string>;

  explicit TextTable(Row heading) : rows_{std::move(heading)} {}
  /// As many cells as the heading has.
  void add(Row row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace turnpike::server
