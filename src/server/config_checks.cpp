#include "server/config_checks.hpp"

#include <algorithm>
#include <utility>

#include "server/config_check_pass.hpp"
#include "turnpike/turn/peer_policy.hpp"

namespace turnpike::server {
namespace {

/// Reports every item that equals an earlier one.
template <typename T, typename Same>
void check_duplicates(const CheckPass& pass, std::string_view key, const std::vector<T>& items, Same same,
                      std::string_view what) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(items.begin(), end, [&](const T& earlier) { return same(earlier, items[i]); })) {
      pass.mistake(pass.place_of(key, i), fmt::format("{}: {} {} is there twice", key, what, show(items[i])));
    }
  }
}

void check_lifetimes(const CheckPass& pass) {
  const auto& relay = pass.config.relay;
  if (pass.usable({"relay.default_lifetime", "relay.max_lifetime"}) && relay.default_lifetime > relay.max_lifetime) {
    const bool has_default = pass.places.contains("relay.default_lifetime");
    pass.mistake(pass.place_of(has_default ? "relay.default_lifetime" : "relay.max_lifetime"),
                 fmt::format("relay: default_lifetime ({}) is longer than max_lifetime ({})",
                             show(relay.default_lifetime), show(relay.max_lifetime)));
  }
  const auto& auth = pass.config.auth;
  if (pass.usable({"auth.default_ttl", "auth.max_ttl"}) && auth.default_ttl > auth.max_ttl) {
    const bool has_default = pass.places.contains("auth.default_ttl");
    pass.mistake(pass.place_of(has_default ? "auth.default_ttl" : "auth.max_ttl"),
                 fmt::format("auth: default_ttl ({}) is longer than max_ttl ({}): such credentials are refused",
                             show(auth.default_ttl), show(auth.max_ttl)));
  }
}

void check_connections(const CheckPass& pass) {
  const auto& limits = pass.config.limits;
  if (!pass.usable({"limits.connections", "limits.handshakes"}) || limits.handshakes <= limits.connections) return;
  const bool has_handshakes = pass.places.contains("limits.handshakes");
  pass.mistake(pass.place_of(has_handshakes ? "limits.handshakes" : "limits.connections"),
               fmt::format("limits: handshakes ({}) are more than connections ({}), of which they are a part",
                           limits.handshakes, limits.connections));
}

void check_rates(const CheckPass& pass) {
  const auto& quota = pass.config.quota;
  if (!pass.usable({"quota.user_rate", "quota.allocation_rate"}) || !quota.user_rate.is_limited()) return;
  if (quota.allocation_rate.bytes_per_second <= quota.user_rate.bytes_per_second) return;
  pass.warning(pass.place_of("quota.allocation_rate"),
               "quota: allocation_rate is above user_rate and will never be reached");
}

void check_relay_addresses(const CheckPass& pass) {
  const auto& relay = pass.config.relay;
  check_duplicates(pass, "relay.addresses", relay.addresses, std::equal_to<>{}, "the address");
  check_duplicates(pass, "relay.families", relay.families, std::equal_to<>{}, "the family");
  if (!pass.usable({"relay.families"})) return;
  for (std::size_t i = 0; i < relay.addresses.size(); ++i) {
    if (std::ranges::find(relay.families, relay.addresses[i].family()) != relay.families.end()) continue;
    pass.mistake(pass.place_of("relay.addresses", i),
                 fmt::format("relay.addresses: {} is of a family that relay.families leaves out",
                             relay.addresses[i].to_string()));
  }
}

IpAddress last_of(const IpPrefix& prefix) {
  IpAddress::V6Bytes bytes{};
  std::ranges::copy(prefix.address.bytes(), bytes.begin());
  for (std::size_t bit = prefix.length; bit < prefix.address.bit_length(); ++bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] | (0x80U >> (bit % 8)));
  }
  if (prefix.address.is_v6()) return IpAddress::v6(bytes);
  return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

/// A rule that changes the judgement neither at its first nor at its last address is most likely not what was meant.
/// Single addresses are left alone: they may open one of this machine's own, which are not known here.
void check_allow_entries(const CheckPass& pass) {
  if (!pass.usable({"relay.peers.deny"})) return;
  const auto& peers = pass.config.relay.peers;
  turn::PeerRules without;
  without.deny = peers.deny;
  for (std::size_t i = 0; i < peers.allow.size(); ++i) {
    if (peers.allow[i].length == peers.allow[i].address.bit_length()) continue;
    turn::PeerRules with = without;
    with.allow = {peers.allow[i]};
    const turn::PeerPolicy before(without);
    const turn::PeerPolicy after(with);
    const auto changes = [&](const IpAddress& address) { return before.judge(address) != after.judge(address); };
    if (changes(peers.allow[i].address) || changes(last_of(peers.allow[i]))) continue;
    pass.warning(
        pass.place_of("relay.peers.allow", i),
        fmt::format("relay.peers.allow: {} opens nothing: what is special must be named at least as precisely as "
                    "the registries name it (10.0.0.0/8, 127.0.0.0/8 ...)",
                    show(peers.allow[i])));
  }
}

void check_peers(const CheckPass& pass) {
  const auto& peers = pass.config.relay.peers;
  check_duplicates(pass, "relay.peers.allow", peers.allow, std::equal_to<>{}, "the block");
  check_duplicates(pass, "relay.peers.deny", peers.deny, std::equal_to<>{}, "the block");
  for (std::size_t i = 0; i < peers.allow.size(); ++i) {
    if (std::ranges::find(peers.deny, peers.allow[i]) == peers.deny.end()) continue;
    pass.mistake(pass.place_of("relay.peers.allow", i),
                 fmt::format("relay.peers.allow: {} is in relay.peers.deny too", show(peers.allow[i])));
  }
  check_allow_entries(pass);
}

void check_host(const CheckPass& pass) {
  const std::string& host = pass.config.server.host;
  const auto is_host_character = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
  };
  if (host.empty() || IpAddress::parse(host) || (host.size() <= 253 && std::ranges::all_of(host, is_host_character))) {
    return;
  }
  pass.mistake(pass.place_of("server.host"), "server.host: must be a name or an IP address, without port and brackets");
}

}  // namespace

void check_config(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                  ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  check_host(pass);
  check_listeners(config, places, broken, report);
  check_lifetimes(pass);
  check_rates(pass);
  check_relay_addresses(pass);
  check_duplicates(pass, "relay.tcp_peer_ports", config.relay.tcp_peer_ports, std::equal_to<>{}, "the range");
  check_connections(pass);
  check_external(config, places, broken, report);
  check_peers(pass);
  check_auth(config, places, broken, report);
  check_api(config, places, broken, report);
  check_signaling(config, places, broken, report);
  check_cluster(config, places, broken, report);
}

}  // namespace turnpike::server
