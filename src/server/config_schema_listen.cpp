#include <algorithm>
#include <array>

#include "server/config_keys.hpp"

namespace turnpike::server {
namespace {

/// RFC 7443, and the protocol that web browsers ask for.
constexpr std::array<std::string_view, 3> kProtocols{"stun.turn", "stun.nat-discovery", "http/1.1"};

std::string check_listen(const std::vector<ListenUrl>& listeners) {
  return listeners.empty() ? "a server needs a listener" : "";
}

std::string check_alpn(const std::vector<std::string>& protocols) {
  if (protocols.empty()) return "name one protocol at least";
  for (auto i = protocols.begin(); i != protocols.end(); ++i) {
    if (std::ranges::find(kProtocols, *i) == kProtocols.end()) {
      return fmt::format("\"{}\" is none of \"stun.turn\", \"stun.nat-discovery\", \"http/1.1\"", *i);
    }
    if (std::find(protocols.begin(), i, *i) != i) return fmt::format("\"{}\" is there twice", *i);
  }
  return {};
}

/// Unlike the ports to relay from, these may be low ones and single.
struct PeerPorts {
  PortRange range;
};

bool read(const ConfigValue& value, PeerPorts& out) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  const Parsed<PortRange> parsed = parse_peer_ports(value.node().text);
  if (!parsed) return value.reject(parsed.error().message);
  out.range = *parsed;
  return true;
}

}  // namespace

void add_listen_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "listen", [](auto& c) -> auto& { return c.listen; },
      "Where clients are served: one [[listen]] table with a `url` for each address and port, and `proxy_protocol` "
      "where proxies stand in front.",
      check_listen));
}

void add_tls_keys(std::vector<ConfigKey>& keys) {
  keys.push_back(key(
      "tls.certificates", [](auto& c) -> auto& { return c.tls.certificates; },
      "Certificates as { chain, key }, each the path of a PEM file or { credential }; the name that a client asks "
      "for and its signature algorithms choose."));
  keys.push_back(key(
      "tls.min_version", [](auto& c) -> auto& { return c.tls.min_version; },
      "The least version of TLS, \"1.2\" or \"1.3\"; DTLS is always 1.2."));
  keys.push_back(key(
      "tls.alpn", [](auto& c) -> auto& { return c.tls.alpn; },
      "The application protocols that are agreed to, out of stun.turn, stun.nat-discovery and http/1.1.", check_alpn));
  keys.push_back(key(
      "tls.expiry_warning", [](auto& c) -> auto& { return c.tls.expiry_warning; },
      "How long before its end a certificate causes warnings.", between(Seconds{0}, Seconds{365LL * 86400})));
}

ConfigKey tcp_peer_ports_key() {
  const auto load = [](const ConfigValue& value, Config& config) {
    std::vector<PeerPorts> loaded;
    const bool whole = read(value, loaded);
    config.relay.tcp_peer_ports.clear();
    for (const PeerPorts& ports : loaded) config.relay.tcp_peer_ports.push_back(ports.range);
    return whole;
  };
  return key_with_load(
      "relay.tcp_peer_ports", [](auto& c) -> auto& { return c.relay.tcp_peer_ports; },
      "Ports of peers to which clients may have TCP connections opened (RFC 6062), such as \"443\" or "
      "\"8000-8999\"; empty turns TCP relaying off.",
      load);
}

}  // namespace turnpike::server
