#include "server/demo.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/config_values.hpp"
#include "server/control_settings_builder.hpp"
#include "server/ice_servers.hpp"
#include "server/public_places.hpp"

namespace turnpike::server {
namespace {

constexpr Seconds kCredentialLifetime{86400};

IpPrefix single(const IpAddress& address) { return {address, static_cast<std::uint8_t>(address.bit_length())}; }

std::vector<IpPrefix> own_addresses(std::span<const net::InterfaceAddress> interfaces) {
  std::vector<IpPrefix> allowed{{IpAddress::v4(127, 0, 0, 0), 8},
                                single(IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}))};
  for (const net::InterfaceAddress& entry : interfaces) {
    if (entry.loopback || is_link_local(entry.address)) continue;
    if (std::ranges::find(allowed, single(entry.address)) == allowed.end()) allowed.push_back(single(entry.address));
  }
  return allowed;
}

std::string join_listeners(const RuntimeAddresses& addresses) {
  std::string list;
  for (const ListenUrl& listener : addresses.served) {
    if (!is_link_local(listener.endpoint.address)) list += fmt::format("  {}\n", show(listener));
  }
  return list;
}

/// On loopback, from where keys may come without TLS; empty when nothing serves HTTP there.
std::string http_base(const RuntimeAddresses& addresses) {
  for (const ListenUrl& listener : addresses.served) {
    const bool is_plain = listener.scheme == ListenScheme::tcp || listener.scheme == ListenScheme::http;
    if (is_plain && is_loopback(listener.endpoint.address)) return "http://" + listener.endpoint.to_string();
  }
  return {};
}

/// How to get the same over HTTP.
std::string http_example(const Config& config, const RuntimeAddresses& addresses) {
  const std::string base = http_base(addresses);
  if (base.empty() || config.api.keys.empty()) return {};
  return fmt::format(
      "The API, with the demo's key (docs/http-api.md):\n\n  curl -H 'Authorization: Bearer {}' "
      "{}/api/v1/ice-servers\n\n",
      config.api.keys.front().text.value, base);
}

/// The three ways into a room, each ready to paste into a page.
std::string rooms_example(const Config& config, const RuntimeAddresses& addresses) {
  const std::string base = http_base(addresses);
  if (base.empty() || !config.signaling.enabled) return {};
  const std::string authority = base.substr(base.find("//") + 2);
  const std::size_t colon = authority.rfind(':');
  return fmt::format(
      "Rooms at ws://{0}/signal, open to every page and program that reaches this (docs/signaling.md):\n\n"
      "  native     new WebSocket(\"ws://{0}/signal\"), then send {{\"type\":\"join-room\",\"roomId\":\"demo\"}}\n"
      "  PeerJS     new Peer({{ host: \"{1}\", port: {2}, path: \"{3}\", config: {{ iceServers }} }})  // as below\n"
      "  Socket.IO  io(\"http://{0}\").emit(\"join-room\", \"demo\")\n\n",
      authority, authority.substr(0, colon), authority.substr(colon + 1), config.signaling.peerjs_path);
}

}  // namespace

Config make_demo_config(std::span<const net::InterfaceAddress> interfaces, Random& random) {
  Config config;
  config.server.realm = "demo";
  config.auth.secrets.push_back({make_up_secret(random)});
  config.relay.peers.deny = {{IpAddress::any(AddressFamily::ipv4), 0}, {IpAddress::any(AddressFamily::ipv6), 0}};
  config.relay.peers.allow = own_addresses(interfaces);
  config.relay.rfc5766_channels = true;  // so that it can be tried with coturn's tools
  config.auth.database.clear();          // it keeps nothing
  config.api.admin_socket.clear();
  ConfiguredKey key;
  key.grant.name = "demo";
  key.grant.scopes.add(control::Scope::admin);
  key.text.value = make_up_secret(random);
  config.api.keys.push_back(std::move(key));
  config.signaling.auth = control::RoomAuth::open;
  config.http.allowed_origins = {{"*"}};
  return config;
}

std::string demo_banner(const Config& config, const RuntimeAddresses& addresses, UnixSeconds now) {
  const turn::EphemeralCredential credential =
      turn::mint_ephemeral(config.auth.secrets.front().value, "demo", now + kCredentialLifetime);
  return fmt::format(
      "turnpike demo: STUN and TURN on\n{}\n"
      "This is a demo and not meant for the internet: its secret is made up and lives in memory, it keeps nothing, and "
      "it\n"
      "relays only between loopback and this machine's own addresses. For a real server write a configuration file "
      "and\n"
      "start `turnpike serve -c FILE`.\n\n"
      "{}{}ICE servers to paste into new RTCPeerConnection(...), valid until {}:\n\n{}\n",
      join_listeners(addresses), http_example(config, addresses), rooms_example(config, addresses),
      show_time(credential.expiry), ice_servers_json(public_places(config, addresses), credential));
}

}  // namespace turnpike::server
