#include "server/public_places.hpp"

#include <algorithm>

namespace turnpike::server {
namespace {

void add_once(std::vector<PublicPlace>& places, const PublicPlace& place) {
  const auto same = [&](const PublicPlace& other) { return other.host == place.host && other.port == place.port; };
  if (std::ranges::none_of(places, same)) places.push_back(place);
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
  for (const Endpoint& listener : addresses.listeners) {
    const PublicPlace place{as_seen(addresses, listener.address).to_string(), listener.port};
    if (is_link_local(listener.address)) continue;
    add_once(is_loopback(listener.address) ? local : reachable, place);
  }
  std::vector<PublicPlace> places = reachable.empty() ? local : reachable;
  if (config.server.host.empty()) return places;
  std::vector<PublicPlace> named;
  for (const PublicPlace& place : places) add_once(named, {config.server.host, place.port});
  return named;
}

}  // namespace turnpike::server
