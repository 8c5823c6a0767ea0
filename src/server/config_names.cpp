#include "server/config_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/config_reader.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxKeyName = 64;

bool is_control(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7f;
}

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string complain_about_realm(std::string_view realm) {
  const auto is_bad = [](char c) { return is_control(c) || c == '"' || c == '\\'; };  // no escapes in quoted strings
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  const auto length = static_cast<std::ptrdiff_t>(realm.size()) - std::ranges::count_if(realm, is_continuation);
  if (realm.empty() || length >= 128) return "must have 1 to 127 characters";
  if (std::ranges::any_of(realm, is_bad)) return "quotes, backslashes and control characters are not allowed";
  return {};
}

std::string complain_about_user_name(std::string_view name) {
  if (name.empty() || name.size() > 508) return "a name has 1 to 508 bytes";
  if (std::ranges::any_of(name, is_control)) return "control characters are not allowed in names";
  return {};
}

std::string complain_about_password(std::string_view password) {
  if (password.empty()) return "the password is empty";
  if (std::ranges::any_of(password, is_control)) return "control characters are not allowed in passwords";
  return {};
}

std::string complain_about_key_name(std::string_view name) {
  if (!name.empty() && name.size() <= kMaxKeyName && std::ranges::all_of(name, is_name_character)) return {};
  return fmt::format("a key's name has 1 to {} characters out of letters, digits, '.', '_' and '-'", kMaxKeyName);
}

Parsed<control::Scope> parse_scope(std::string_view text) {
  if (const auto scope = control::parse_scope(text)) return *scope;
  std::vector<std::string_view> names;
  std::string list;
  for (const control::Scope scope : control::kScopes) {
    names.push_back(control::name_of(scope));
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", control::name_of(scope));
  }
  const std::string_view similar = find_similar(text, names);
  if (!similar.empty()) return ValueMistake{fmt::format("unknown scope \"{}\"; did you mean \"{}\"?", text, similar)};
  return ValueMistake{fmt::format("unknown scope \"{}\"; there are {}", text, list)};
}

}  // namespace turnpike::server
