#include <fmt/format.h>

#include <algorithm>

#include "coturn/places.hpp"
#include "turnpike/base/default_ports.hpp"

namespace turnpike::coturn {
namespace {

constexpr std::uint16_t kMetricsPort = 9641;

/// Adds listeners one by one; what an earlier one serves already is left out.
class ListenerList {
 public:
  void add(std::string scheme, const Endpoint& endpoint, std::string origin) {
    const Listener added{std::move(scheme), endpoint, std::move(origin)};
    const auto serves = [](const Listener& wide, const Listener& narrow) {
      return wide.is_datagram() == narrow.is_datagram() && wide.endpoint.port == narrow.endpoint.port &&
             wide.endpoint.address.family() == narrow.endpoint.address.family() &&
             (wide.endpoint.address == narrow.endpoint.address || wide.endpoint.address.is_unspecified());
    };
    if (std::ranges::any_of(list_, [&](const Listener& earlier) { return serves(earlier, added); })) return;
    std::erase_if(list_, [&](const Listener& earlier) { return serves(added, earlier); });
    list_.push_back(added);
  }
  std::vector<Listener> take() { return std::move(list_); }

 private:
  std::vector<Listener> list_;
};

/// An address that a socket can be bound to, 0.0.0.0 and :: among them.
std::optional<IpAddress> socket_address(std::string_view text) noexcept {
  const auto parsed = IpAddress::parse(text);
  if (!parsed) return std::nullopt;
  const IpAddress address = parsed->unmapped();
  const std::uint8_t first = address.bytes().front();
  const bool is_multicast = address.is_v4() ? first >= 224 && first < 240 : first == 0xff;
  return is_multicast ? std::nullopt : std::optional(address);
}

struct Port {
  std::uint16_t number = 0;
  std::string origin;
};

Port port_of(Draft& draft, std::string_view name, std::uint16_t otherwise) {
  const auto number = draft.number(name, 1, 65535);
  if (!number) return {otherwise, fmt::format("{} by default", name)};
  return {static_cast<std::uint16_t>(*number), origin(*draft.conf().find(name))};
}

std::vector<RelayAddress> listening_addresses(Draft& draft) {
  std::vector<RelayAddress> addresses = addresses_of(draft, "listening-ip");
  if (!addresses.empty()) return addresses;
  return {{IpAddress::any(AddressFamily::ipv4), ""}, {IpAddress::any(AddressFamily::ipv6), ""}};
}

std::string both(const std::string& first, const std::string& second) {
  return second.empty() ? first : fmt::format("{}, {}", first, second);
}

void add_ports(ListenerList& list, Draft& draft) {
  const ConfFile& conf = draft.conf();
  const Port plain = port_of(draft, "listening-port", kPlainPort);
  const Port secure = port_of(draft, "tls-listening-port", kTlsPort);
  const bool tls = has_tls(conf);
  for (const RelayAddress& at : listening_addresses(draft)) {
    const std::string from = both(plain.origin, at.origin);
    if (!conf.is_on("no-udp")) list.add("udp", {at.address, plain.number}, from);
    if (!conf.is_on("no-tcp")) list.add("tcp", {at.address, plain.number}, from);
    const std::string from_secure = both(secure.origin, at.origin);
    if (tls && !conf.is_on("no-dtls")) list.add("udp", {at.address, secure.number}, from_secure);
    if (tls && !conf.is_on("no-tls")) {
      list.add(conf.is_on("no-tcp") ? "tls" : "tcp", {at.address, secure.number}, from_secure);
    }
  }
  if (const ConfLine* line = conf.find("tls-listening-port"); line != nullptr && !tls) {
    draft.tell(*line, "no certificate is in use, so there is no TLS port");
  }
}

void add_auxiliaries(ListenerList& list, Draft& draft) {
  const ConfFile& conf = draft.conf();
  for (const ConfLine* line : conf.find_all("aux-server")) {
    const auto endpoint = Endpoint::parse(line->value);
    if (!endpoint || endpoint->port == 0 || !socket_address(endpoint->address.to_string())) {
      draft.refuse(*line, "it is no IP address with a port; write a [[listen]] for it");
      continue;
    }
    if (!conf.is_on("no-udp")) list.add("udp", *endpoint, origin(*line));
    if (!conf.is_on("no-tcp")) list.add("tcp", *endpoint, origin(*line));
  }
}

void add_metrics(ListenerList& list, Draft& draft) {
  const ConfFile& conf = draft.conf();
  const Port port = port_of(draft, "prometheus-port", kMetricsPort);
  const ConfLine* at = conf.find("prometheus-address");
  const ConfLine* on = conf.find("prometheus");
  if (!conf.is_on("prometheus")) {
    for (const auto* name : {"prometheus-port", "prometheus-address", "prometheus-path"}) {
      if (const ConfLine* line = conf.find(name)) draft.tell(*line, "prometheus is not on, so nothing listens there");
    }
    return;
  }
  const auto address = at == nullptr ? std::nullopt : socket_address(at->value);
  if (at != nullptr && !address) draft.refuse(*at, "it is no IP address; 127.0.0.1 is written in its place");
  list.add("http", {address.value_or(IpAddress::v4(127, 0, 0, 1)), port.number}, origin(*on));
  if (!address) {
    draft.demand(*on, "/metrics is at 127.0.0.1 alone; for others change the listener and name them in metrics.allow");
  } else if (*address != IpAddress::v4(127, 0, 0, 1)) {
    draft.demand(*on, "name those who may read /metrics in metrics.allow: without that, only this machine may");
  }
  const ConfLine* path = conf.find("prometheus-path");
  if (path != nullptr && path->value != "/metrics") draft.refuse(*path, "the path is /metrics: change the scraper's");
}

}  // namespace

bool has_tls(const ConfFile& conf) noexcept {
  return conf.find("cert") != nullptr && !(conf.is_on("no-tls") && conf.is_on("no-dtls"));
}

std::optional<IpAddress> usable_address(std::string_view text) noexcept {
  const auto address = socket_address(text);
  return address && !address->is_unspecified() ? address : std::nullopt;
}

std::vector<RelayAddress> addresses_of(Draft& draft, std::string_view option) {
  std::vector<RelayAddress> addresses;
  for (const ConfLine* line : draft.conf().find_all(option)) {
    const auto address = socket_address(line->value);
    if (!address) {
      draft.refuse(*line, "it is no address that a socket can have; write the IP address of this interface or name");
    } else if (std::ranges::find(addresses, *address, &RelayAddress::address) != addresses.end()) {
      draft.tell(*line, "the address is there twice");
    } else {
      addresses.push_back({*address, origin(*line)});
    }
  }
  return addresses;
}

std::vector<Listener> find_listeners(Draft& draft) {
  ListenerList list;
  add_ports(list, draft);
  add_auxiliaries(list, draft);
  add_metrics(list, draft);
  if (const ConfLine* line = draft.conf().find("tcp-proxy-port")) {
    draft.refuse(*line,
                 "coturn believes everybody's PROXY header; name your proxies in the [[listen]] that is commented out");
  }
  return list.take();
}

}  // namespace turnpike::coturn
