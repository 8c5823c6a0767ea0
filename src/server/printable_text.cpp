#include "server/printable_text.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

namespace turnpike::server {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;
};

/// The first code point of a text that is not empty; nothing if the bytes are no UTF-8 (RFC 3629: no overlong forms, no
/// surrogates).
std::optional<CodePoint> decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return std::nullopt;
  std::uint32_t value = first & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return std::nullopt;
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
  return CodePoint{value, size};
}

/// C0, DEL, C1, line and paragraph separators, and the marks that reorder text on the screen.
bool is_dangerous(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || (code >= 0x200e && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/// Calls visit(bytes, code point or nothing) for each piece of the text.
template <typename Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::optional<CodePoint> code = decode(text);
    const std::size_t size = code ? code->size : 1;
    visit(text.substr(0, size), code);
    text.remove_prefix(size);
  }
}

}  // namespace

namespace {

enum class Quotes : bool { keep, escape };

std::string escape(std::string_view text, Quotes quotes) {
  std::string out;
  for_each_code_point(text, [&](std::string_view bytes, const std::optional<CodePoint>& code) {
    if (!code) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    } else if (code->value == '\n') {
      out += "\\n";
    } else if (quotes == Quotes::escape && (code->value == '"' || code->value == '\\')) {
      out.append("\\").append(bytes);
    } else if (is_dangerous(code->value)) {
      out += code->value < 0x80 ? fmt::format("\\x{:02x}", code->value) : fmt::format("\\u{{{:x}}}", code->value);
    } else {
      out += bytes;
    }
  });
  return out;
}

}  // namespace

std::string escape_printable(std::string_view text) { return escape(text, Quotes::escape); }

std::string escape_line(std::string_view text) { return escape(text, Quotes::keep); }

std::string quote_json(std::string_view text) {
  std::string out = "\"";
  for_each_code_point(text, [&](std::string_view bytes, const std::optional<CodePoint>& code) {
    if (!code) {
      out += "\xef\xbf\xbd";
    } else if (code->value == '"' || code->value == '\\') {
      out.append("\\").append(bytes);
    } else if (is_dangerous(code->value)) {
      out += fmt::format("\\u{:04x}", code->value);  // all of them lie below U+10000
    } else {
      out += bytes;
    }
  });
  return out + "\"";
}

}  // namespace turnpike::server
