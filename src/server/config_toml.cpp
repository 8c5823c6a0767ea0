#include "server/config_toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace turnpike::server {
namespace {

SourcePlace place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

// The library bounds the depth at 256, and with it this recursion.
TomlNode convert(const toml::node& node);  // NOLINT(misc-no-recursion)

void convert_table(const toml::table& table, TomlNode& out) {  // NOLINT(misc-no-recursion)
  for (const auto& [key, value] : table) {
    out.entries.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
  }
  // The library sorts by name.
  std::ranges::stable_sort(out.entries, {}, &TomlEntry::place);
}

TomlNode convert(const toml::node& node) {  // NOLINT(misc-no-recursion)
  TomlNode out;
  out.place = place_of(node.source());
  if (const toml::table* table = node.as_table()) {
    convert_table(*table, out);
  } else if (const toml::array* array = node.as_array()) {
    out.kind = TomlNode::Kind::array;
    for (const toml::node& item : *array) out.items.push_back(convert(item));
  } else if (const auto* text = node.as_string()) {
    out.kind = TomlNode::Kind::text;
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.kind = TomlNode::Kind::integer;
    out.integer = integer->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.kind = TomlNode::Kind::boolean;
    out.boolean = boolean->get();
  } else {
    out.kind = node.is_floating_point() ? TomlNode::Kind::real : TomlNode::Kind::date_time;
  }
  return out;
}

}  // namespace

const TomlEntry* TomlNode::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(entries, key, &TomlEntry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::string_view name_of(TomlNode::Kind kind) noexcept {
  switch (kind) {
    case TomlNode::Kind::boolean: return "true or false";
    case TomlNode::Kind::integer: return "an integer";
    case TomlNode::Kind::real: return "a number with a fraction";
    case TomlNode::Kind::text: return "a string";
    case TomlNode::Kind::date_time: return "a date or time";
    case TomlNode::Kind::array: return "an array";
    case TomlNode::Kind::table: return "a table";
  }
  return "?";
}

Result<TomlNode, ConfigProblem> parse_toml(std::string_view text) {
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return ConfigProblem{place_of(error.source()), std::string(error.description())};
  }
}

std::string quote_toml(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      quoted += {'\\', character};
    } else if (code < 0x20 || code == 0x7f) {
      quoted += fmt::format("\\u{:04x}", code);
    } else {
      quoted += character;
    }
  }
  return quoted + "\"";
}

}  // namespace turnpike::server
