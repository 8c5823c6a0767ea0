#include <algorithm>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"
#include "server/runtime_addresses.hpp"

namespace turnpike::server {
namespace {

/// Whether both need one port of the kernel's. Streams and datagrams have ports of their own.
bool share_port(const ListenUrl& a, const ListenUrl& b) {
  return is_datagram(a.scheme) == is_datagram(b.scheme) && a.endpoint.port == b.endpoint.port &&
         a.endpoint.address.family() == b.endpoint.address.family();
}

bool is_wildcard(const ListenUrl& listener) { return listener.endpoint.address.is_unspecified(); }

void check_pair(const CheckPass& pass, std::size_t earlier, std::size_t later) {
  const ListenUrl& a = pass.config.listen[earlier];
  const ListenUrl& b = pass.config.listen[later];
  if (!share_port(a, b)) return;
  if (a.endpoint == b.endpoint) {
    pass.mistake(pass.place_of("listen", later),
                 a.scheme == b.scheme
                     ? fmt::format("listen: the listener {} is there twice", show(b))
                     : fmt::format("listen: {} and {} cannot both have this address and port", show(a), show(b)));
  } else if (is_wildcard(a) || is_wildcard(b)) {
    const ListenUrl& narrow = is_wildcard(a) ? b : a;
    pass.mistake(pass.place_of("listen", is_wildcard(a) ? later : earlier),
                 fmt::format("listen: {} is served by {} already", show(narrow), show(is_wildcard(a) ? a : b)));
  }
}

void check_pairs(const CheckPass& pass) {
  for (std::size_t later = 0; later < pass.config.listen.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) check_pair(pass, earlier, later);
  }
}

/// Whether a relay socket may be bound to an address that `listener` occupies.
bool shares_address(const Config& config, const IpAddress& listener) {
  const auto& families = config.relay.families;
  if (std::ranges::find(families, listener.family()) == families.end()) return false;
  const auto& addresses = config.relay.addresses;
  return addresses.empty() || std::ranges::any_of(addresses, [&](const IpAddress& relay) {
           return relay == listener || (listener.is_unspecified() && relay.family() == listener.family());
         });
}

void check_relay_ports(const CheckPass& pass, std::size_t index) {
  if (!pass.usable({"relay.ports", "relay.addresses", "relay.families", "relay.tcp_peer_ports"})) return;
  const auto& relay = pass.config.relay;
  const ListenUrl& listener = pass.config.listen[index];
  // Relayed addresses of TCP (RFC 6062) come from the same range; without them no stream listener is in the way.
  if (!is_datagram(listener.scheme) && relay.tcp_peer_ports.empty()) return;
  const Endpoint& endpoint = listener.endpoint;
  if (!relay.ports.contains(endpoint.port) || !shares_address(pass.config, endpoint.address)) return;
  pass.mistake(pass.place_of("listen", index),
               fmt::format("listen: port {} lies within relay.ports ({}) on the same address", endpoint.port,
                           show(relay.ports)));
}

void check_encryption(const CheckPass& pass, std::size_t index) {
  const ListenUrl& listener = pass.config.listen[index];
  const SourcePlace place = pass.place_of("listen", index);
  if (needs_certificate(listener.scheme) && pass.usable({"tls.certificates"}) && pass.config.tls.certificates.empty()) {
    pass.mistake(place, fmt::format("listen: {} needs a certificate: set tls.certificates", show(listener)));
  }
  if (listener.scheme == ListenScheme::http && !is_loopback(listener.endpoint.address)) {
    pass.warning(place, fmt::format("listen: {} is not encrypted: whoever is on the way can read and change what "
                                    "goes over it; https:// is",
                                    show(listener)));
  }
}

void check_proxies(const CheckPass& pass, std::size_t index) {
  const ListenUrl& listener = pass.config.listen[index];
  const SourcePlace place = pass.place_of("listen", index);
  if (listener.scheme == ListenScheme::dtls && !listener.proxy_protocol.empty()) {
    pass.mistake(place,
                 "listen: proxy_protocol does not go with dtls://: no proxy puts its header into DTLS; behind one "
                 "that puts it in front of each datagram, use udp://");
  }
  for (const IpPrefix& block : listener.proxy_protocol) {
    if (block.length != 0) continue;
    pass.warning(place, fmt::format("listen: proxy_protocol = {}: everybody can claim to be any client", show(block)));
  }
}

}  // namespace

void check_listeners(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                     ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  check_pairs(pass);
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    check_relay_ports(pass, i);
    check_encryption(pass, i);
    check_proxies(pass, i);
  }
}

}  // namespace turnpike::server
