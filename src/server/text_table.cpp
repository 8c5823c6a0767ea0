#include "server/text_table.hpp"

#include <algorithm>
#include <ostream>

namespace turnpike::server {
namespace {

/// In code points.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

}  // namespace

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], width_of(row.at(i)));
  }
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      line += row.at(i);
      if (i + 1 < widths.size()) line.append(widths[i] - width_of(row.at(i)) + 2, ' ');
    }
    out << line << '\n';
  }
}

}  // namespace turnpike::server
