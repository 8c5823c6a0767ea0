#include <fmt/format.h>

#include "server/config_names.hpp"
#include "server/config_reader.hpp"

namespace turnpike::server {
namespace {

/// Not by the reader of lists: the places that it notes are those of the keys.
template <typename Take>
bool read_list(const ConfigValue& value, Take take) {
  if (!value.expect(TomlNode::Kind::array)) return false;
  bool all_right = true;
  for (const TomlNode& node : value.node().items) all_right = take(value.part(node)) && all_right;
  return all_right;
}

bool read_scope(const ConfigValue& value, control::ScopeSet& out) {
  std::string text;
  if (!read(value, text)) return false;
  const Parsed<control::Scope> scope = parse_scope(text);
  if (!scope) return value.reject(scope.error().message);
  out.add(*scope);
  return true;
}

bool read_key_origin(const ConfigValue& value, std::vector<std::string>& out) {
  WebOrigin origin;
  if (!read(value, origin)) return false;
  if (origin.text == "*") return value.reject("leave `origins` out when a key is good for every origin");
  out.push_back(origin.text);
  return true;
}

bool read_field(const ConfigValue& table, const TomlEntry& entry, ConfiguredKey& out) {
  const ConfigValue field = table.part(entry.value);
  if (entry.key == "name") return read(field, out.grant.name);
  if (entry.key == "key") return read(field, out.text);
  if (entry.key == "ttl_cap") return read(field, out.grant.ttl_cap.emplace());
  if (entry.key == "scopes") {
    return read_list(field, [&](const ConfigValue& item) { return read_scope(item, out.grant.scopes); });
  }
  if (entry.key == "origins") {
    return read_list(field, [&](const ConfigValue& item) { return read_key_origin(item, out.grant.origins); });
  }
  const auto similar = find_similar(entry.key, {"name", "key", "scopes", "ttl_cap", "origins"});
  return table.reject_at(entry.place,
                         fmt::format("unknown key \"{}\" of an API key{}", entry.key,
                                     similar.empty() ? "" : fmt::format("; did you mean \"{}\"?", similar)));
}

std::string show_scopes(const control::ScopeSet& scopes) {
  std::string text;
  for (const control::Scope scope : control::kScopes) {
    if (scopes.contains(scope)) text += (text.empty() ? "" : ", ") + quote_toml(control::name_of(scope));
  }
  return "[" + text + "]";
}

}  // namespace

bool read(const ConfigValue& value, WebOrigin& out) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  Parsed<WebOrigin> parsed = parse_web_origin(value.node().text);
  if (!parsed) return value.reject(parsed.error().message);
  out = std::move(*parsed);
  return true;
}

bool read(const ConfigValue& value, ConfiguredKey& out) {
  if (!value.expect(TomlNode::Kind::table)) return false;
  bool all_right = true;
  for (const TomlEntry& entry : value.node().entries) all_right = read_field(value, entry, out) && all_right;
  if (!all_right) return false;
  for (const std::string_view name : {"name", "key"}) {
    if (value.node().find(name) == nullptr) return value.reject(fmt::format("an API key needs a `{}`", name));
  }
  if (value.node().find("scopes") == nullptr) out.grant.scopes.add(control::Scope::credentials);
  return true;
}

std::string show_toml(const ConfiguredKey& value) {
  std::string text = fmt::format("{{ name = {}, key = \"(hidden)\", scopes = {}", quote_toml(value.grant.name),
                                 show_scopes(value.grant.scopes));
  if (value.grant.ttl_cap) text += fmt::format(", ttl_cap = {}", show_toml(*value.grant.ttl_cap));
  if (!value.grant.origins.empty()) text += fmt::format(", origins = {}", show_toml(value.grant.origins));
  return text + " }";
}

}  // namespace turnpike::server
