#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace turnpike::coturn {

enum class Treatment : std::uint8_t {
  mapped,       ///< a key of turnpike's has its value; `words` names the key
  unneeded,     ///< turnpike does without; `words` says why
  unsupported,  ///< turnpike cannot do it; `words` says what to do instead
};

enum class ValueKind : std::uint8_t {
  flag,      ///< alone it means yes; also with yes, no, on, off, true, false, 1 or 0
  text,      ///< without a value the line says nothing
  optional,  ///< alone it means coturn's default
};

/// What happens when an option stands in a file more than once.
enum class Repeats : std::uint8_t { last_counts, all_count };

/// Whether leaving an unsupported option out changes who gets relayed, or where to.
enum class Guards : std::uint8_t { nothing, access };

/// One option of turnserver.conf, under the name it has there.
struct Option {
  std::string_view name;
  Treatment treatment;
  ValueKind kind;
  std::string_view words;
  Repeats repeats = Repeats::last_counts;
  Guards guards = Guards::nothing;
};

struct OptionGroup {
  std::string_view title;
  std::span<const Option> options;
};

/// Every option of coturn 4.17, and those of older versions that are gone since.
[[nodiscard]] std::span<const OptionGroup> option_table() noexcept;

/// Null for a name that no version of coturn had.
[[nodiscard]] const Option* find_option(std::string_view name) noexcept;

}  // namespace turnpike::coturn
