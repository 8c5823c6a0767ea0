#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coturn/mappers.hpp"
#include "turnpike/base/default_ports.hpp"

namespace turnpike::coturn {
namespace {

constexpr std::size_t kMostAlternates = 64;
constexpr std::array kPlainOptions{"alternate-server", "udp-alternate-server", "tcp-alternate-server"};

struct Alternate {
  Endpoint address;
  std::optional<Endpoint> tls;
  std::string origin;
};

/// "192.0.2.1", "192.0.2.1:3478", "2001:db8::1" or "[2001:db8::1]:3478".
std::optional<Endpoint> read_endpoint(std::string_view text, std::uint16_t port) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const auto alone = IpAddress::parse(text);
  const auto endpoint = alone ? std::optional(Endpoint{*alone, port}) : Endpoint::parse(text);
  if (!endpoint || endpoint->port == 0 || !usable_address(endpoint->address.to_string())) return std::nullopt;
  return Endpoint{endpoint->address.unmapped(), endpoint->port};
}

/// Clients would be sent in a circle.
bool is_own(const Places& places, const Endpoint& endpoint) {
  return std::ranges::any_of(places.listeners, [&](const Listener& listener) {
    if (listener.endpoint.port != endpoint.port) return false;
    const auto is_external = [&](const External& external) { return external.address == endpoint.address; };
    return listener.endpoint.address == endpoint.address || std::ranges::any_of(places.externals, is_external);
  });
}

/// The line's address when clients can be sent there.
std::optional<Endpoint> accept(Draft& draft, const Places& places, const ConfLine& line, std::uint16_t port) {
  const auto endpoint = read_endpoint(line.value, port);
  if (!endpoint) {
    draft.refuse(line, "it is no IP address; name the other server's address in cluster.alternates");
  } else if (is_own(places, *endpoint)) {
    draft.demand(line,
                 "left out: it is this server itself; turnpike has `redirect = \"full\"` for sharing with others");
    return std::nullopt;
  }
  return endpoint;
}

void add_plain(Draft& draft, const Places& places, const ConfLine& line, std::vector<Alternate>& list) {
  const auto endpoint = accept(draft, places, line, kPlainPort);
  if (!endpoint) return;
  if (std::ranges::find(list, *endpoint, &Alternate::address) != list.end()) {
    draft.tell(line, "the server is there twice; here all have the same share");
  } else if (list.size() == kMostAlternates) {
    draft.refuse(line, fmt::format("{} are the most", kMostAlternates));
  } else {
    list.push_back({*endpoint, std::nullopt, origin(line)});
  }
}

void add_tls(Draft& draft, const Places& places, const ConfLine& line, std::vector<Alternate>& list) {
  const auto endpoint = accept(draft, places, line, kTlsPort);
  if (!endpoint) return;
  const auto fits = [&](const Alternate& one) { return !one.tls && one.address.address == endpoint->address; };
  const auto found = std::ranges::find_if(list, fits);
  if (found == list.end()) {
    draft.refuse(line, "there is no alternate-server of the same address beside it; name both in cluster.alternates");
    return;
  }
  found->tls = *endpoint;
  found->origin += ", " + origin(line);
}

}  // namespace

void write_cluster(Draft& draft, const Places& places) {
  std::vector<Alternate> alternates;
  for (const auto* option : kPlainOptions) {
    for (const ConfLine* line : draft.conf().find_all(option)) add_plain(draft, places, *line, alternates);
  }
  for (const ConfLine* line : draft.conf().find_all("tls-alternate-server")) add_tls(draft, places, *line, alternates);
  if (alternates.empty()) return;
  std::vector<ListItem> items;
  for (const Alternate& one : alternates) {
    const std::string tls = one.tls ? fmt::format(", tls = {}", quote_toml(one.tls->to_string())) : "";
    items.push_back({fmt::format("{{ address = {}{} }}", quote_toml(one.address.to_string()), tls), one.origin});
  }
  draft.table("[cluster]");
  draft.list("alternates", items);
  draft.comment("coturn sends all clients away; \"full\" keeps them as long as there is room.");
  draft.key("redirect", "\"always\"");
}

}  // namespace turnpike::coturn
