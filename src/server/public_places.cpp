#include "server/public_places.hpp"

#include <algorithm>

namespace turnpike::server {
namespace {

void add_once(std::vector<PublicPlace>& places, const PublicPlace& place) {
  if (std::ranges::find(places, place) == places.end()) places.push_back(place);
}

/// A listener behind 1:1 NAT is known by the external address of its local one.
IpAddress as_seen(const RuntimeAddresses& addresses, const IpAddress& local) {
  for (const auto& mapping : addresses.relays) {
    if (mapping.local == local) return mapping.external;
  }
  return local;
}

}  // namespace

std::vector<PublicPlace> public_places(const Config& config, const RuntimeAddresses& addresses) {
  std::vector<PublicPlace> reachable;
  std::vector<PublicPlace> local;
  for (const ListenUrl& listener : addresses.served) {
    const IpAddress& address = listener.endpoint.address;
    const bool serves_turn = listener.scheme != ListenScheme::http && listener.scheme != ListenScheme::https;
    const bool is_behind_proxy = !listener.proxy_protocol.empty();
    if (!serves_turn || is_link_local(address) || (is_behind_proxy && config.server.host.empty())) continue;
    add_once(is_loopback(address) ? local : reachable,
             {as_seen(addresses, address).to_string(), listener.endpoint.port, listener.scheme});
  }
  std::vector<PublicPlace> places = reachable.empty() ? local : reachable;
  std::ranges::stable_sort(places, {}, &PublicPlace::scheme);
  if (config.server.host.empty()) return places;
  std::vector<PublicPlace> named;
  for (const PublicPlace& place : places) add_once(named, {config.server.host, place.port, place.scheme});
  return named;
}

}  // namespace turnpike::server
