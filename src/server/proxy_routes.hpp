#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/keyed_hash.hpp"

namespace turnpike::server {

/// Through which proxy the clients of PROXY protocol datagrams are reached. Clients with an allocation are kept; of the
/// others the latest are, in a table of fixed size, so that a flood through a proxy costs no memory.
class ProxyRoutes {
 public:
  explicit ProxyRoutes(const KeyedHash::Key& key);

  /// A datagram of `client` came from `proxy`.
  void learn(const FiveTuple& client, const Endpoint& proxy) noexcept;
  [[nodiscard]] std::optional<Endpoint> find(const FiveTuple& client) const noexcept;
  /// May throw std::bad_alloc.
  void hold(const FiveTuple& client);
  void release(const FiveTuple& client) noexcept { held_.erase(client); }

 private:
  static constexpr std::size_t kRecent = 4096;
  struct Route {
    FiveTuple client;
    Endpoint proxy;
  };

  KeyedHash hash_;
  std::unordered_map<FiveTuple, Endpoint, KeyedHash> held_;  // no port: the way is not known yet
  std::vector<Route> recent_;                                // by hash; the later one takes the place
};

}  // namespace turnpike::server
