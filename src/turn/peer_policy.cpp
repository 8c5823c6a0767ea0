#include "turnpike/turn/peer_policy.hpp"

#include <algorithm>
#include <utility>

#include "turn/special_purpose.hpp"

namespace turnpike::turn {
namespace {

// The length of the longest prefix that holds `address`, -1 for none.
int longest_match(const std::vector<IpPrefix>& prefixes, const IpAddress& address) noexcept {
  int longest = -1;
  for (const IpPrefix& prefix : prefixes) {
    if (prefix.contains(address)) longest = std::max(longest, static_cast<int>(prefix.length));
  }
  return longest;
}

}  // namespace

std::string_view to_string(PeerJudgement judgement) noexcept {
  switch (judgement) {
    case PeerJudgement::allowed: return "allowed";
    case PeerJudgement::special_purpose: return "special_purpose";
    case PeerJudgement::denied_by_rule: return "denied_by_rule";
    case PeerJudgement::own_listener: return "own_listener";
    case PeerJudgement::own_address: return "own_address";
    case PeerJudgement::own_broadcast: return "own_broadcast";
    case PeerJudgement::port_zero: return "port_zero";
  }
  return "?";
}

PeerPolicy::PeerPolicy(PeerRules rules) : rules_(std::move(rules)) {
  // Behind 1:1 NAT a listener is reachable by its external address too.
  const std::size_t local_count = rules_.listeners.size();
  for (const auto& mapping : rules_.relays.mappings()) {
    for (std::size_t i = 0; i < local_count; ++i) {
      const Endpoint listener = rules_.listeners[i];
      if (listener.address == mapping.local) rules_.listeners.push_back({mapping.external, listener.port});
    }
  }
}

bool PeerPolicy::is_listener(const Endpoint& endpoint) const noexcept {
  return std::ranges::find(rules_.listeners, endpoint) != rules_.listeners.end();
}

bool PeerPolicy::is_own(const IpAddress& address) const noexcept {
  return rules_.relays.is_relay_address(address) ||
         std::ranges::any_of(rules_.listeners, [&](const Endpoint& own) { return own.address == address; });
}

PeerJudgement PeerPolicy::judge_spelling(const IpAddress& address) const noexcept {
  if (std::ranges::find(rules_.broadcasts, address) != rules_.broadcasts.end()) return PeerJudgement::own_broadcast;
  const int allowed = longest_match(rules_.allow, address);
  const int denied = longest_match(rules_.deny, address);
  // Behind our own addresses are services that trust this machine; only relayed addresses are meant to be reached.
  if (allowed < 0 && is_own(address)) return PeerJudgement::own_address;
  const auto block = find_special_purpose(address);
  const int special = block ? static_cast<int>(*block) : -1;
  if (denied >= 0 && denied >= allowed && denied >= special) return PeerJudgement::denied_by_rule;
  if (special > allowed) return PeerJudgement::special_purpose;
  return PeerJudgement::allowed;
}

PeerJudgement PeerPolicy::judge(const IpAddress& peer) const noexcept {
  if (rules_.relays.is_relay_address(peer)) return PeerJudgement::allowed;
  const EmbeddedIpv4 embedded = find_embedded_ipv4(peer);
  for (std::size_t i = 0; i < embedded.count; ++i) {
    const PeerJudgement judgement = judge_spelling(embedded.addresses[i]);
    if (judgement != PeerJudgement::allowed) return judgement;
  }
  return judge_spelling(peer);
}

PeerJudgement PeerPolicy::judge(const Endpoint& peer) const noexcept {
  if (peer.port == 0) return PeerJudgement::port_zero;
  if (is_listener(peer)) return PeerJudgement::own_listener;
  if (rules_.relays.is_relay_address(peer.address) && rules_.relays.is_relay_port(peer.port)) {
    return PeerJudgement::allowed;
  }
  const EmbeddedIpv4 embedded = find_embedded_ipv4(peer.address);
  for (std::size_t i = 0; i < embedded.count; ++i) {
    const IpAddress& inner = embedded.addresses[i];
    if (is_listener({inner, peer.port})) return PeerJudgement::own_listener;
    const PeerJudgement judgement = judge_spelling(inner);
    if (judgement != PeerJudgement::allowed) return judgement;
  }
  return judge_spelling(peer.address);
}

}  // namespace turnpike::turn
