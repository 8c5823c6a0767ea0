#include "server/listener_role.hpp"

#include <algorithm>

namespace turnpike::server {

DatagramRole role_of(const ListenUrl& listener) {
  DatagramRole role;
  role.only_dtls = listener.scheme == ListenScheme::dtls;
  role.proxies = listener.proxy_protocol;
  return role;
}

DatagramRole change_role(const DatagramRole& before, const std::optional<DatagramRole>& wanted) {
  DatagramRole role = wanted.value_or(before);
  role.is_open = wanted.has_value();
  if (role.proxies == before.proxies) {
    role.had_direct_clients = before.had_direct_clients;
    role.former_proxies = before.former_proxies;
    return role;
  }
  role.had_direct_clients = before.had_direct_clients || before.proxies.empty();
  role.former_proxies = before.former_proxies;
  for (const IpPrefix& block : before.proxies) {
    if (std::ranges::find(role.former_proxies, block) == role.former_proxies.end())
      role.former_proxies.push_back(block);
  }
  return role;
}

const ListenUrl* find_serving(const std::vector<ListenUrl>& serving, bool is_datagram_socket, const Endpoint& bound) {
  const ListenUrl* covering = nullptr;
  for (const ListenUrl& each : serving) {
    if (is_datagram(each.scheme) != is_datagram_socket || each.endpoint.port != bound.port) continue;
    if (each.endpoint == bound) return &each;
    const IpAddress& address = each.endpoint.address;
    if (address.is_unspecified() && address.family() == bound.address.family()) covering = &each;
  }
  return covering;
}

}  // namespace turnpike::server
