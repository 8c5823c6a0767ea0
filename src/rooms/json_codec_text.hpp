#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::rooms {

// JSON as text. What comes in is checked once, as a whole, by a real parser; after that it is cut into slices, so that
// what the rooms only carry is neither built up in memory nor written anew. ------------------------------------------

/// Why a text is not exactly one JSON value (RFC 8259), for people; empty when it is. Also refused: nesting deeper than
/// 32, a name that stands twice in one object, invalid UTF-8, lone surrogates, numbers that no double can hold.
[[nodiscard]] std::string find_json_fault(std::string_view text);

/// A member of an object or an element of an array: views into the text that it was cut from.
struct JsonSlice {
  std::string_view name;   ///< with its quotation marks, as it was written; empty in an array
  std::string_view value;  ///< without space around it

  /// Whether the name means `wanted`, however it is escaped.
  [[nodiscard]] bool is_named(std::string_view wanted) const;
};

// All of these take JSON texts in which find_json_fault() has found nothing, without space around them. On others they
// return nonsense, but end and stay within the text.

/// Of an object or an array, in order.
[[nodiscard]] std::vector<JsonSlice> slices_of(std::string_view text);
[[nodiscard]] std::string_view trim_json(std::string_view text) noexcept;  ///< without the space around it

enum class JsonKind : std::uint8_t { object, array, text, number, boolean, null };
[[nodiscard]] JsonKind kind_of(std::string_view value) noexcept;

/// What a text means: without quotation marks, its escapes resolved.
[[nodiscard]] std::string meaning_of(std::string_view text);

/// Appends a UTF-8 text as a JSON text, with its quotation marks.
void append_json(std::string& json, std::string_view text);

/// Appends `"name":` with a comma in front where one is needed. `name` needs no escapes.
void append_name(std::string& json, std::string_view name);
void append_member(std::string& json, std::string_view name, std::string_view text);
void append_member(std::string& json, std::string_view name, std::uint64_t number);
void append_raw_member(std::string& json, std::string_view name, std::string_view value);  ///< `value` is JSON

}  // namespace turnpike::rooms
