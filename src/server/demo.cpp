#include "server/demo.hpp"

#include <algorithm>
#include <array>

#include "server/control_settings_builder.hpp"
#include "turnpike/base/base64.hpp"

namespace turnpike::server {
namespace {

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

/// Short enough to be typed on a phone.
std::string make_up_key(Random& random) {
  std::array<std::uint8_t, 15> bytes{};
  random.fill(bytes);
  return base64_encode(bytes);
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
  key.text.value = make_up_key(random);
  config.api.keys.push_back(std::move(key));
  config.signaling.auth = control::RoomAuth::open;
  config.http.allowed_origins = {{"*"}};
  return config;
}

}  // namespace turnpike::server
