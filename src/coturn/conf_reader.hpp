#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/coturn/option_table.hpp"

namespace turnpike::coturn {

/// One line that says something.
struct ConfLine {
  std::size_t number = 0;
  std::string name;
  std::string value;
  const Option* option = nullptr;  ///< null: not known
  std::size_t superseded_by = 0;   ///< the number of a later line that counts in this one's place
};

/// Whether a line counts: it is known, it is the one that is meant, and it has a value where it needs one.
[[nodiscard]] bool counts(const ConfLine& line) noexcept;

/// "Yes" for an empty text; nothing for a text that is neither.
[[nodiscard]] std::optional<bool> read_flag(std::string_view text) noexcept;

/// The digits that a text begins with: "600s" is 600, as for coturn. Nothing when there are none or too many.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view text) noexcept;

/// A turnserver.conf as coturn reads it: NAME, NAME=VALUE or NAME VALUE; a '#' begins a comment only as the first
/// character of a line; one pair of double quotes around a value goes.
class ConfFile {
 public:
  explicit ConfFile(std::string_view text);

  [[nodiscard]] const std::vector<ConfLine>& lines() const noexcept { return lines_; }
  /// The line that counts, or null.
  [[nodiscard]] const ConfLine* find(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<const ConfLine*> find_all(std::string_view name) const;
  /// Whether a flag is there and not switched off.
  [[nodiscard]] bool is_on(std::string_view name) const noexcept;

 private:
  void add_line(std::size_t number, std::string_view text);
  void settle_repeats();

  std::vector<ConfLine> lines_;
};

}  // namespace turnpike::coturn
