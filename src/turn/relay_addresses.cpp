#include "turnpike/turn/relay_addresses.hpp"

#include <algorithm>

namespace turnpike::turn {

RelayAddresses::RelayAddresses(std::vector<Mapping> offered, std::uint16_t first_port, std::uint16_t last_port,
                               Others others)
    : mappings_(std::move(offered)),
      offered_(mappings_.size()),
      awaited_(std::move(others.awaited)),
      first_port_(first_port),
      last_port_(last_port) {
  mappings_.insert(mappings_.end(), others.former.begin(), others.former.end());
}

bool RelayAddresses::has_family(AddressFamily family) const noexcept {
  return std::ranges::any_of(offered(),
                             [family](const Mapping& mapping) { return mapping.local.family() == family; }) ||
         std::ranges::find(awaited_, family) != awaited_.end();
}

Endpoint RelayAddresses::announced(const Endpoint& local) const noexcept {
  for (const Mapping& mapping : mappings_) {
    if (mapping.local == local.address) return {mapping.external, local.port};
  }
  return local;
}

Endpoint RelayAddresses::to_wire(const Endpoint& peer) const noexcept {
  if (!is_relay_port(peer.port)) return peer;
  for (const Mapping& mapping : mappings_) {
    if (mapping.external == peer.address) return {mapping.local, peer.port};
  }
  return peer;
}

Endpoint RelayAddresses::from_wire(const Endpoint& source) const noexcept {
  return is_relay_port(source.port) ? announced(source) : source;
}

bool RelayAddresses::is_relay_address(const IpAddress& address) const noexcept {
  return std::ranges::any_of(mappings_, [&address](const Mapping& mapping) {
    return mapping.local == address || mapping.external == address;
  });
}

}  // namespace turnpike::turn
