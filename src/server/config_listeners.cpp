#include <fmt/format.h>

#include "server/config_reader.hpp"

namespace turnpike::server {
namespace {

bool read_url(const ConfigValue& value, ListenUrl& out) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  const Parsed<ListenUrl> parsed = parse_listen_url(value.node().text);
  if (!parsed) return value.reject(parsed.error().message);
  out.scheme = parsed->scheme;
  out.endpoint = parsed->endpoint;
  return true;
}

/// Not by the reader of lists: the places that it notes are those of the listeners.
bool read_proxies(const ConfigValue& value, std::vector<IpPrefix>& out) {
  if (value.node().kind != TomlNode::Kind::array) {
    return value.reject("proxy_protocol lists the blocks of addresses that the proxies have, such as [\"10.0.0.5\"]");
  }
  bool all_right = true;
  for (const TomlNode& item : value.node().items) {
    IpPrefix block;
    const bool right = read(value.part(item), block);
    if (right) out.push_back(block);
    all_right = right && all_right;
  }
  return all_right;
}

bool read_field(const ConfigValue& table, const TomlEntry& entry, ListenUrl& out) {
  if (entry.key == "url") return read_url(table.part(entry.value), out);
  if (entry.key == "proxy_protocol") return read_proxies(table.part(entry.value), out.proxy_protocol);
  return table.reject_at(entry.place,
                         fmt::format("unknown key \"{}\"; a listener has `url` and `proxy_protocol`", entry.key));
}

}  // namespace

bool read(const ConfigValue& value, ListenUrl& out) {
  if (!value.expect(TomlNode::Kind::table)) return false;
  bool all_right = true;
  for (const TomlEntry& entry : value.node().entries) all_right = read_field(value, entry, out) && all_right;
  if (value.node().find("url") == nullptr) {
    return value.reject("a listener needs `url`, such as \"udp://0.0.0.0:3478\"");
  }
  return all_right;
}

std::string show_toml(const ListenUrl& value) {
  const std::string url = quote_toml(show(value));
  if (value.proxy_protocol.empty()) return fmt::format("{{ url = {} }}", url);
  return fmt::format("{{ url = {}, proxy_protocol = {} }}", url, show_toml(value.proxy_protocol));
}

}  // namespace turnpike::server
