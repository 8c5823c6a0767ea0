#include "coturn/places.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace turnpike::coturn {
namespace {

constexpr std::uint64_t kLeastRelayPort = 1024;
constexpr std::uint16_t kDefaultPort = 3478;

bool is_loopback(const IpAddress& address) {
  if (address.is_v4()) return address.bytes().front() == 127;
  return address == IpAddress::parse("::1");
}

/// coturn relays from the address that the client came to, unless it is told which ones to take.
std::vector<RelayAddress> find_relay_addresses(Draft& draft) {
  std::vector<RelayAddress> addresses = addresses_of(draft, "relay-ip");
  std::erase_if(addresses, [](const RelayAddress& at) { return at.address.is_unspecified(); });
  if (!draft.conf().find_all("relay-ip").empty()) return addresses;
  addresses = addresses_of(draft, "listening-ip");
  const auto is_wildcard = [](const RelayAddress& at) { return at.address.is_unspecified(); };
  if (std::ranges::any_of(addresses, is_wildcard)) return {};
  const auto is_outside = [](const RelayAddress& at) { return !is_loopback(at.address); };
  if (std::ranges::any_of(addresses, is_outside)) {
    std::erase_if(addresses, [](const RelayAddress& at) { return is_loopback(at.address); });
  }
  return addresses;
}

bool is_host_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  return text.size() <= 253 && text.find('.') != std::string_view::npos && is_letter(text.back()) &&
         text.front() != '-' && text.front() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, is_allowed);
}

std::optional<External> read_external(const ConfLine& line) {
  const std::string_view text = line.value;
  const std::size_t slash = text.find('/');
  External external{std::string(text.substr(0, slash)), usable_address(text.substr(0, slash)), std::nullopt, &line};
  if (slash != std::string_view::npos) {
    external.local = usable_address(text.substr(slash + 1));
    if (!external.local) return std::nullopt;
  }
  if (!external.address) return is_host_name(external.name) ? std::optional(external) : std::nullopt;
  if (external.local && external.local->family() != external.address->family()) return std::nullopt;
  external.name = external.address->to_string();
  return external;
}

/// Empty when it goes together with the earlier ones and with the relay addresses.
std::string_view complain_about(const External& external, const Places& places) {
  for (const External& earlier : places.externals) {
    if (!external.local && !earlier.local) return "coturn takes the first of several without a private address";
    const bool is_same = external.name == earlier.name;
    if (is_same || (external.local && external.local == earlier.local)) return "contradicts an earlier line";
  }
  if (places.addresses.empty()) return {};
  const auto stands_for = [&](const RelayAddress& relay) {
    if (external.local) return relay.address == *external.local;
    return !external.address || external.address->family() == relay.address.family();
  };
  if (std::ranges::any_of(places.addresses, stands_for)) return {};
  return "stands for none of the addresses that are relayed from";
}

void find_externals(Draft& draft, Places& places) {
  for (const ConfLine* line : draft.conf().find_all("external-ip")) {
    const auto external = read_external(*line);
    if (!external) {
      draft.refuse(*line, "it is not PUBLIC or PUBLIC/PRIVATE; set server.external");
    } else if (const std::string_view complaint = complain_about(*external, places); !complaint.empty()) {
      draft.demand(*line, fmt::format("left out: {}; look at server.external", complaint));
    } else {
      places.externals.push_back(*external);
    }
  }
}

/// The longest part of first to last without a port on which datagrams are listened for.
RelayPorts without_listeners(std::uint64_t first, std::uint64_t last, const std::vector<Listener>& listeners) {
  std::vector<std::uint64_t> taken{first - 1, last + 1};
  for (const Listener& listener : listeners) {
    const std::uint64_t port = listener.endpoint.port;
    if (listener.is_datagram() && port >= first && port <= last) taken.push_back(port);
  }
  std::ranges::sort(taken);
  RelayPorts best{1, 0, false};
  for (std::size_t i = 1; i < taken.size(); ++i) {
    const std::uint64_t begin = taken[i - 1] + 1;
    const std::uint64_t widest = std::uint64_t{best.last} + 1 - best.first;
    if (taken[i] <= begin || taken[i] - begin <= widest) continue;
    best.first = static_cast<std::uint16_t>(begin);
    best.last = static_cast<std::uint16_t>(taken[i] - 1);
  }
  return best;
}

void tell_ports(Draft& draft, const std::string& words) {
  for (const auto* name : {"min-port", "max-port"}) {
    if (const ConfLine* line = draft.conf().find(name)) return draft.demand(*line, words);
  }
  draft.note(words, true);
}

RelayPorts find_ports(Draft& draft, const std::vector<Listener>& listeners) {
  RelayPorts range;
  std::uint64_t first = draft.number("min-port", kLeastRelayPort, 65535).value_or(range.first);
  std::uint64_t last = draft.number("max-port", kLeastRelayPort, 65535).value_or(range.last);
  if (first >= last) {
    tell_ports(draft, "the lower port must be below the upper one; turnpike's own range stays, set relay.ports");
    first = range.first;
    last = range.last;
  }
  const RelayPorts free = without_listeners(first, last, listeners);
  const bool is_whole = free.first == first && free.last == last;
  if (free.first < free.last && !is_whole) {
    tell_ports(draft, fmt::format("clients are listened for within these ports, so {}-{} are relayed from; look at "
                                  "relay.ports and the firewall",
                                  free.first, free.last));
  }
  if (free.first >= free.last) return range;
  return {free.first, free.last, is_whole && first == range.first && last == range.last};
}

/// As turnpike listens without being told where.
std::vector<Listener> default_listeners() {
  std::vector<Listener> listeners;
  for (const char* scheme : {"udp", "tcp"}) {
    for (const AddressFamily family : kAddressFamilies) {
      listeners.push_back({scheme, {IpAddress::any(family), kDefaultPort}, ""});
    }
  }
  return listeners;
}

bool listens_by_default(const std::vector<Listener>& listeners) {
  const std::vector<Listener> defaults = default_listeners();
  return std::ranges::is_permutation(listeners, defaults, [](const Listener& a, const Listener& b) {
    return a.scheme == b.scheme && a.endpoint == b.endpoint;
  });
}

}  // namespace

Places find_places(Draft& draft) {
  Places places;
  places.listeners = find_listeners(draft);
  if (places.listeners.empty()) {
    draft.note("all listeners are switched off; turnpike listens as by default then, set [[listen]]", true);
    places.listeners = default_listeners();
  } else if (std::ranges::all_of(places.listeners, [](const Listener& one) { return one.scheme == "http"; })) {
    draft.note("all listeners for clients are switched off, only /metrics is left; add a [[listen]] for them", true);
  }
  places.is_listening_by_default = listens_by_default(places.listeners);
  places.addresses = find_relay_addresses(draft);
  places.ports = find_ports(draft, places.listeners);
  find_externals(draft, places);
  return places;
}

}  // namespace turnpike::coturn
