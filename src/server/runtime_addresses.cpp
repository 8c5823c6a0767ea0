#include "server/runtime_addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include "turnpike/net/udp_socket.hpp"

namespace turnpike::server {
namespace {

template <typename T>
void add_once(std::vector<T>& items, const T& item) {
  if (std::ranges::find(items, item) == items.end()) items.push_back(item);
}

std::optional<IpAddress> find_interface(std::span<const net::InterfaceAddress> interfaces, AddressFamily family,
                                        bool loopback) {
  const auto fits = [&](const net::InterfaceAddress& entry) {
    return entry.address.family() == family && entry.loopback == loopback && !is_link_local(entry.address);
  };
  const auto found = std::ranges::find_if(interfaces, fits);
  return found == interfaces.end() ? std::nullopt : std::optional(found->address);
}

/// The local addresses to relay from, for one family.
std::vector<IpAddress> relay_locals(const Config& config, AddressFamily family, const DefaultAddresses& defaults) {
  std::vector<IpAddress> locals;
  for (const IpAddress& address : config.relay.addresses) {
    if (address.family() == family) add_once(locals, address);
  }
  if (!config.relay.addresses.empty()) return locals;
  for (const ExternalAddress& external : config.server.external) {
    if (external.local && external.local->family() == family) add_once(locals, *external.local);
  }
  if (locals.empty() && defaults.of(family)) locals.push_back(*defaults.of(family));
  return locals;
}

/// A pair that names the address wins over one that stands for the whole family, and there an address in the file over
/// what is looked up.
const ExternalAddress* find_external(const Config& config, const IpAddress& local) {
  const ExternalAddress* found = nullptr;
  for (const ExternalAddress& entry : config.server.external) {
    if (!entry.stands_for(local)) continue;
    if (entry.local) return &entry;
    if (found == nullptr || entry.fixed() != nullptr) found = &entry;
  }
  return found;
}

ExternalQuestion make_question(const ExternalAddress& entry, const IpAddress& local) {
  if (const auto* server = std::get_if<StunServer>(&entry.source)) return {*server, local};
  return {std::get<HostName>(entry.source), local};
}

/// Nothing while it must be looked up and is not known. An address that is public itself is then announced as it is.
std::optional<IpAddress> external_of(const Config& config, const IpAddress& local, const AddressKnowledge& knowledge,
                                     RuntimeAddresses& out) {
  const ExternalAddress* entry = find_external(config, local);
  if (entry == nullptr) return local;
  if (const IpAddress* fixed = entry->fixed()) return *fixed;
  const ExternalQuestion question = make_question(*entry, local);
  out.asked.push_back(question);
  if (const auto known = knowledge.external(question)) return known;
  if (is_public(local)) return local;
  return std::nullopt;
}

void resolve_relay(const Config& config, const IpAddress& local, const AddressKnowledge& knowledge,
                   RuntimeAddresses& out) {
  if (!knowledge.is_usable(local)) {
    out.absent.push_back(local);
  } else if (const auto external = external_of(config, local, knowledge, out)) {
    out.relays.push_back({local, *external});
    return;
  } else {
    out.unknown.push_back(local);
  }
  add_once(out.awaited, local.family());
}

void resolve_relays(const Config& config, const DefaultAddresses& defaults, const AddressKnowledge& knowledge,
                    RuntimeAddresses& out) {
  for (const AddressFamily family : config.relay.families) {
    for (const IpAddress& local : relay_locals(config, family, defaults)) resolve_relay(config, local, knowledge, out);
  }
  if (out.relays.empty() && out.awaited.empty()) {
    out.warnings.emplace_back("no address to relay from: allocations will be refused");
  }
}

void warn_about_foreign_relays(std::span<const net::InterfaceAddress> interfaces, RuntimeAddresses& out) {
  const auto is_foreign = [&](const IpAddress& local) {
    // Any address of 127.0.0.0/8 can be bound, whatever the interface says.
    return !interfaces.empty() && !is_loopback(local) &&
           std::ranges::find(interfaces, local, &net::InterfaceAddress::address) == interfaces.end();
  };
  const auto warn = [&](const IpAddress& local) {
    if (is_foreign(local)) {
      out.warnings.push_back(fmt::format("relay address {} is on no interface of this machine", local.to_string()));
    }
  };
  for (const auto& mapping : out.relays) warn(mapping.local);
  for (const IpAddress& local : out.absent) warn(local);
}

void add_listener(const ListenUrl& listen, const IpAddress& address, RuntimeAddresses& out) {
  const Endpoint endpoint{address, listen.endpoint.port};
  add_once(out.listeners, endpoint);
  out.served.push_back({listen.scheme, endpoint, listen.proxy_protocol});
}

void resolve_listeners(const Config& config, std::span<const net::InterfaceAddress> interfaces, RuntimeAddresses& out) {
  for (const ListenUrl& listen : config.listen) {
    const IpAddress& address = listen.endpoint.address;
    if (!address.is_unspecified()) {
      add_listener(listen, address, out);
      continue;
    }
    for (const net::InterfaceAddress& entry : interfaces) {
      if (entry.address.family() == address.family()) add_listener(listen, entry.address, out);
    }
  }
}

/// The last address of an IPv4 subnet; subnets of one or two addresses have no broadcast (RFC 3021).
std::optional<IpAddress> subnet_broadcast(const net::InterfaceAddress& entry) {
  if (!entry.address.is_v4() || entry.prefix_length == 0 || entry.prefix_length > 30) return std::nullopt;
  std::array<std::uint8_t, 4> bytes{};
  std::ranges::copy(entry.address.bytes(), bytes.begin());
  for (std::size_t bit = entry.prefix_length; bit < 32; ++bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | (0x80U >> (bit % 8)));
  }
  return IpAddress::v4(bytes);
}

void resolve_broadcasts(std::span<const net::InterfaceAddress> interfaces, RuntimeAddresses& out) {
  for (const net::InterfaceAddress& entry : interfaces) {
    if (entry.broadcast) add_once(out.broadcasts, *entry.broadcast);
    // The interface may have none configured, but the kernel broadcasts to it all the same.
    if (const auto computed = subnet_broadcast(entry)) add_once(out.broadcasts, *computed);
  }
}

}  // namespace

bool RuntimeAddresses::relays_family(AddressFamily family) const noexcept {
  return std::ranges::any_of(relays, [family](const auto& mapping) { return mapping.local.family() == family; });
}

bool is_loopback(const IpAddress& address) noexcept {
  constexpr IpPrefix kV4{IpAddress::v4(127, 0, 0, 0), 8};
  constexpr IpPrefix kV6{IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 128};
  return kV4.contains(address) || kV6.contains(address);
}

bool is_link_local(const IpAddress& address) noexcept {
  constexpr IpPrefix kV4{IpAddress::v4(169, 254, 0, 0), 16};
  constexpr IpPrefix kV6{IpAddress::v6({0xfe, 0x80}), 10};
  return kV4.contains(address) || kV6.contains(address);
}

bool is_public(const IpAddress& address) noexcept {
  constexpr std::array kElsewhere{
      IpPrefix{IpAddress::v4(0, 0, 0, 0), 8},      IpPrefix{IpAddress::v4(10, 0, 0, 0), 8},
      IpPrefix{IpAddress::v4(100, 64, 0, 0), 10},  IpPrefix{IpAddress::v4(172, 16, 0, 0), 12},
      IpPrefix{IpAddress::v4(192, 168, 0, 0), 16}, IpPrefix{IpAddress::v4(224, 0, 0, 0), 3},
      IpPrefix{IpAddress::v6({0xfc}), 7},          IpPrefix{IpAddress::v6({0xff}), 8},
      IpPrefix{IpAddress::v6({0, 0}), 8}};
  return !is_loopback(address) && !is_link_local(address) &&
         std::ranges::none_of(kElsewhere, [&](const IpPrefix& block) { return block.contains(address); });
}

bool can_bind(const IpAddress& address) { return net::UdpSocket::open({address, 0}, {}).has_value(); }

std::vector<RuntimeAddresses::Mapping> find_former(const RuntimeAddresses& before, const RuntimeAddresses& fresh) {
  std::vector<RuntimeAddresses::Mapping> former;
  for (const auto& list : {before.relays, before.former}) {
    for (const RuntimeAddresses::Mapping& mapping : list) {
      const bool is_offered = std::ranges::find(fresh.relays, mapping) != fresh.relays.end();
      if (!is_offered && former.size() < kMaxFormer) add_once(former, mapping);
    }
  }
  return former;
}

bool forget_former(RuntimeAddresses& addresses, std::span<const RuntimeAddresses::Mapping> asked,
                   std::span<const IpAddress> announced) {
  const auto is_in = [](const auto& list, const auto& item) { return std::ranges::find(list, item) != list.end(); };
  const auto forgotten = std::erase_if(addresses.former, [&](const RuntimeAddresses::Mapping& former) {
    return is_in(asked, former) && !is_in(announced, former.external);
  });
  return forgotten > 0;
}

std::vector<Endpoint> list_own_endpoints(const RuntimeAddresses& addresses) {
  std::vector<Endpoint> own = addresses.listeners;
  for (const RuntimeAddresses::Mapping& relay : addresses.relays) {
    for (const Endpoint& listener : addresses.listeners) {
      if (listener.address.family() == relay.external.family()) {
        add_once(own, Endpoint{relay.external, listener.port});
      }
    }
  }
  return own;
}

std::optional<IpAddress> probe_default_route(AddressFamily family) {
  namespace ip = boost::asio::ip;
  const bool v4 = family == AddressFamily::ipv4;
  boost::asio::io_context context(1);
  ip::udp::socket socket(context);
  error_code error;
  socket.open(v4 ? ip::udp::v4() : ip::udp::v6(), error);
  if (error) return std::nullopt;
  const auto target = ip::make_address(v4 ? "192.0.2.1" : "2001:db8::1", error);
  socket.connect({target, 3478}, error);
  if (error) return std::nullopt;
  const auto local = socket.local_endpoint(error);
  if (error || local.address().is_unspecified()) return std::nullopt;
  return v4 ? IpAddress::v4(local.address().to_v4().to_bytes()) : IpAddress::v6(local.address().to_v6().to_bytes());
}

DefaultAddresses detect_default_addresses(std::span<const net::InterfaceAddress> interfaces, const RouteProbe& probe,
                                          const DefaultAddresses& before) {
  const auto is_there = [&](const IpAddress& address) {
    return std::ranges::any_of(interfaces,
                               [&](const auto& entry) { return entry.address == address && !entry.loopback; });
  };
  const auto detect = [&](AddressFamily family) {
    const std::optional<IpAddress> routed = probe(family);
    if (routed && !is_link_local(*routed)) return routed;
    if (before.of(family) && is_there(*before.of(family))) return before.of(family);
    return find_interface(interfaces, family, false);
  };
  DefaultAddresses found{detect(AddressFamily::ipv4), detect(AddressFamily::ipv6)};
  if (found.ipv4 || found.ipv6) return found;
  return {find_interface(interfaces, AddressFamily::ipv4, true), find_interface(interfaces, AddressFamily::ipv6, true)};
}

RuntimeAddresses resolve_addresses(const Config& config, std::span<const net::InterfaceAddress> interfaces,
                                   const DefaultAddresses& defaults, const AddressKnowledge& knowledge) {
  RuntimeAddresses out;
  resolve_relays(config, defaults, knowledge, out);
  warn_about_foreign_relays(interfaces, out);
  resolve_listeners(config, interfaces, out);
  resolve_broadcasts(interfaces, out);
  return out;
}

}  // namespace turnpike::server
