#include <fmt/format.h>

#include <algorithm>

#include "server/config_reader.hpp"

namespace turnpike::server {
namespace {

constexpr std::string_view kMasked = "\"(hidden)\"";

/// The file's only line, without its end.
bool take_line(const ConfigValue& value, std::string text, SecretText& out) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return value.reject("the file must hold nothing but one line");
  }
  out.value = std::move(text);
  return true;
}

bool read_secret_file(const ConfigValue& value, const std::string& path, SecretText& out) {
  Result<std::string> text = value.context().environment.read_file(path);
  if (!text) return value.reject(fmt::format("cannot read {}: {}", path, text.error().message()));
  return take_line(value, std::move(*text), out);
}

bool read_file_secret(const ConfigValue& value, const std::string& path, SecretText& out) {
  std::string resolved;
  return resolve_file(value, path, resolved) && read_secret_file(value, resolved, out);
}

bool read_variable_secret(const ConfigValue& value, const std::string& name, SecretText& out) {
  auto text = value.context().environment.variable(name);
  if (!text) return value.reject(fmt::format("the environment has no variable \"{}\"", name));
  out.value = std::move(*text);
  return true;
}

bool read_credential_secret(const ConfigValue& value, const std::string& name, SecretText& out) {
  std::string resolved;
  return resolve_credential(value, name, resolved) && read_secret_file(value, resolved, out);
}

template <std::size_t N>
bool read_hex(const ConfigValue& value, std::optional<std::array<std::uint8_t, N>>& out) {
  std::string text;
  if (!read(value, text)) return false;
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  if (text.size() != 2 * N || std::ranges::any_of(text, [&](char c) { return digit(c) < 0; })) {
    return value.reject(fmt::format("a key is {} hexadecimal digits", 2 * N));
  }
  out.emplace();
  for (std::size_t i = 0; i < N; ++i) {
    (*out)[i] = static_cast<std::uint8_t>(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
  }
  return true;
}

bool read_user_field(const ConfigValue& table, const TomlEntry& entry, ConfiguredUser& user) {
  const ConfigValue field = table.part(entry.value);
  if (entry.key == "name") return read(field, user.name);
  if (entry.key == "password") return read(field, user.password.emplace());
  if (entry.key == "key") return read_hex(field, user.key);
  if (entry.key == "key_sha256") return read_hex(field, user.key_sha256);
  const auto similar = find_similar(entry.key, {"name", "password", "key", "key_sha256"});
  return table.reject_at(entry.place,
                         fmt::format("unknown key \"{}\" of a user{}", entry.key,
                                     similar.empty() ? "" : fmt::format("; did you mean \"{}\"?", similar)));
}

}  // namespace

bool read(const ConfigValue& value, SecretText& out) {
  if (value.node().kind == TomlNode::Kind::text) {
    out.value = value.node().text;
    return true;
  }
  const auto& entries = value.node().entries;
  const bool is_source = value.node().kind == TomlNode::Kind::table && entries.size() == 1;
  if (is_source && entries.front().value.kind == TomlNode::Kind::text) {
    const ConfigValue part = value.part(entries.front().value);
    const std::string& text = entries.front().value.text;
    if (entries.front().key == "file") return read_file_secret(part, text, out);
    if (entries.front().key == "env") return read_variable_secret(part, text, out);
    if (entries.front().key == "credential") return read_credential_secret(part, text, out);
  }
  return value.reject("must be a string, { file = \"PATH\" }, { env = \"VARIABLE\" } or { credential = \"NAME\" }");
}

bool read(const ConfigValue& value, ConfiguredUser& out) {
  if (!value.expect(TomlNode::Kind::table)) return false;
  bool all_right = true;
  for (const TomlEntry& entry : value.node().entries) all_right = read_user_field(value, entry, out) && all_right;
  if (!all_right) return false;
  if (value.node().find("name") == nullptr) return value.reject("a user needs a `name`");
  if (out.password.has_value() == out.key.has_value()) {
    return value.reject("a user needs either a `password` or a `key`");
  }
  if (out.password && out.key_sha256) return value.reject("`key_sha256` goes with `key`; a `password` gives both keys");
  return true;
}

std::string show_toml(const SecretText& /*value*/) { return std::string(kMasked); }

std::string show_toml(const ConfiguredUser& value) {
  return fmt::format("{{ name = {}, {} = {} }}", quote_toml(value.name), value.password ? "password" : "key", kMasked);
}

}  // namespace turnpike::server
