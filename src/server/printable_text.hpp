#pragma once

#include <string>
#include <string_view>

namespace turnpike::server {

/// Text from anybody made fit for a terminal: quotes and backslashes escaped, and as \xNN or \u{NNNN} everything that
/// is no valid UTF-8, controls the terminal, or changes the direction of writing.
[[nodiscard]] std::string escape_printable(std::string_view text);

/// The same for a whole sentence, whose own quotes stay as they are.
[[nodiscard]] std::string escape_line(std::string_view text);

/// A JSON string, quotes included, by the same rules: bytes that are no valid UTF-8 become U+FFFD.
[[nodiscard]] std::string quote_json(std::string_view text);

}  // namespace turnpike::server
