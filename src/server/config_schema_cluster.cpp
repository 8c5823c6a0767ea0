#include <algorithm>

#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxAlternates = 64;
constexpr std::size_t kMaxDomain = 253;
constexpr std::size_t kMaxLabel = 63;

bool read_endpoint(const ConfigValue& value, Endpoint& out) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  const auto parsed = Endpoint::parse(value.node().text);
  if (!parsed || parsed->port == 0) {
    return value.reject(
        fmt::format("\"{}\" is no address and port, such as \"203.0.113.9:3478\" or "
                    "\"[2001:db8::9]:3478\": clients are sent to an address, not to a name",
                    value.node().text));
  }
  out = {parsed->address.unmapped(), parsed->port};
  // What is no address of a single machine is refused in the words of the other keys.
  if (const auto reachable = parse_ip_address(out.address.to_string()); !reachable) {
    return value.reject(reachable.error().message);
  }
  return true;
}

/// RFC 1123 section 2.1: what a certificate can have as a DNS name.
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && !label.starts_with('-') && !label.ends_with('-') &&
         std::ranges::all_of(label, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
         });
}

bool is_domain(std::string_view text) {
  if (text.size() > kMaxDomain || IpAddress::parse(text)) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool read_domain(const ConfigValue& value, std::string& out) {
  if (!read(value, out)) return false;
  if (!is_domain(out))
    return value.reject("domain is the name in that server's certificate, such as turn2.example.org");
  return true;
}

bool read_field(const ConfigValue& table, const TomlEntry& entry, AlternateServer& out) {
  const ConfigValue value = table.part(entry.value);
  if (entry.key == "address") return read_endpoint(value, out.address);
  if (entry.key == "tls") return read_endpoint(value, out.tls.emplace());
  if (entry.key == "domain") return read_domain(value, out.domain);
  return table.reject_at(entry.place,
                         fmt::format("unknown key \"{}\"; an alternate has `address`, `tls` and `domain`", entry.key));
}

std::string check_alternates(const std::vector<AlternateServer>& alternates) {
  return alternates.size() <= kMaxAlternates ? "" : fmt::format("there can be {} at most", kMaxAlternates);
}

}  // namespace

bool read(const ConfigValue& value, AlternateServer& out) {
  if (!value.expect(TomlNode::Kind::table)) return false;
  bool all_right = true;
  for (const TomlEntry& entry : value.node().entries) all_right = read_field(value, entry, out) && all_right;
  if (value.node().find("address") == nullptr) {
    return value.reject("an alternate needs `address`, such as \"203.0.113.9:3478\"");
  }
  if (all_right && !out.domain.empty() && !out.tls) {
    return value.reject(
        "domain is what clients over TLS and DTLS check: give `tls`, the address that serves them, too");
  }
  return all_right;
}

std::string show_toml(const AlternateServer& value) {
  std::string text = fmt::format("{{ address = {}", quote_toml(value.address.to_string()));
  if (value.tls) text += fmt::format(", tls = {}", quote_toml(value.tls->to_string()));
  if (!value.domain.empty()) text += fmt::format(", domain = {}", quote_toml(value.domain));
  return text + " }";
}

Parsed<Redirect> parse_redirect(std::string_view text) {
  if (text == "full") return Redirect::full;
  if (text == "always") return Redirect::always;
  return ValueMistake{fmt::format("\"{}\" is neither \"full\" nor \"always\"", text)};
}

std::string show(Redirect value) { return value == Redirect::full ? "full" : "always"; }

void add_cluster_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "cluster.alternates", [](auto& c) -> auto& { return c.cluster.alternates; },
      "Other servers to which new allocations are sent: { address, tls, domain }, where `tls` is for clients over TLS "
      "and DTLS and `domain` is the name in that server's certificate when it is another than this server's.",
      check_alternates));
  keys.push_back(key(
      "cluster.redirect", [](auto& c) -> auto& { return c.cluster.redirect; },
      "Which new allocations are sent there: \"full\" those that this server has no room for and, while it drains, "
      "all; "
      "\"always\" all, as long as one of them answers."));
  keys.push_back(key(
      "cluster.health_interval", [](auto& c) -> auto& { return c.cluster.health_interval; },
      "How often each of them is asked whether it is there; after three times without an answer it gets nobody.",
      between(Milliseconds{1000}, Milliseconds{std::chrono::hours{1}})));
}

}  // namespace turnpike::server
