#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::coturn {

enum class Fate : std::uint8_t { mapped, unneeded, unsupported, unknown };

/// What became of one line.
struct Verdict {
  std::size_t line = 0;  ///< from 1; 0 for what concerns the whole file
  std::string option;    ///< as it stands there, fit for a terminal; empty when line is 0
  Fate fate = Fate::mapped;
  bool needs_you = false;  ///< without somebody's decision the two servers differ in something that matters
  std::string words;       ///< never a secret or a password
};

struct Import {
  std::string toml;
  std::vector<Verdict> verdicts;  ///< in the order of the lines, those of the whole file last

  [[nodiscard]] std::size_t count_needing_you() const noexcept;
};

/// Makes a turnpike.toml out of the text of a turnserver.conf. Any text gives a file that `turnpike config check`
/// takes, apart from what only the machine knows: whether the named certificates are there. `file_name` is for
/// comments.
[[nodiscard]] Import import_config(std::string_view text, std::string_view file_name);

/// One line for each verdict: "FILE:LINE: OPTION: WORDS".
[[nodiscard]] std::string format_verdict(const Verdict& verdict, std::string_view file_name);

}  // namespace turnpike::coturn
