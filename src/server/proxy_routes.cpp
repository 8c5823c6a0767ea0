#include "server/proxy_routes.hpp"

namespace turnpike::server {

ProxyRoutes::ProxyRoutes(const KeyedHash::Key& key) : hash_(key), held_(0, hash_), recent_(kRecent) {}

void ProxyRoutes::learn(const FiveTuple& client, const Endpoint& proxy) noexcept {
  if (const auto held = held_.find(client); held != held_.end()) {
    held->second = proxy;
  } else {
    recent_[hash_(client) % kRecent] = {client, proxy};
  }
}

std::optional<Endpoint> ProxyRoutes::find(const FiveTuple& client) const noexcept {
  if (const auto held = held_.find(client); held != held_.end()) {
    return held->second.port == 0 ? std::nullopt : std::optional(held->second);
  }
  const Route& route = recent_[hash_(client) % kRecent];
  if (route.client == client) return route.proxy;
  return std::nullopt;
}

void ProxyRoutes::hold(const FiveTuple& client) {
  // When the table has forgotten the way already, the client's next datagram shows it.
  held_.try_emplace(client, find(client).value_or(Endpoint{}));
}

}  // namespace turnpike::server
