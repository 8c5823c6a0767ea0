#include "server/firewall_rules.hpp"

#include <algorithm>
#include <set>

namespace turnpike::server {
namespace {

constexpr std::size_t kMostTellingPorts = 200;
constexpr int kDeepest = 32;  // the kernel refuses deeper jumps by far
constexpr std::size_t kMostSteps = 200'000;

enum class Answer : std::uint8_t { no, perhaps, yes };

/// What can become of a packet; several at once where it depends.
struct Fates {
  bool accepted = false;
  bool dropped = false;
  bool goes_on = false;
};

class Passing {
 public:
  Passing(const Firewall& firewall, const Newcomer& newcomer) : firewall_(firewall), newcomer_(newcomer) {}

  Fates through(const std::string& name, int depth) {  // NOLINT(misc-no-recursion): bounded by kDeepest
    const auto chain = firewall_.chains.find(name);
    if (chain == firewall_.chains.end() || depth > kDeepest) return {true, true, true};
    Fates fates;
    for (const FirewallRule& rule : chain->second.rules) {
      if (++steps_ > kMostSteps) return {true, true, true};
      const Answer answer = judge(rule);
      if (answer == Answer::no) continue;
      const bool is_over = follow(rule, depth, fates);
      if (answer == Answer::yes && is_over) return fates;
    }
    fates.goes_on = true;
    return fates;
  }

 private:
  /// Whether no packet that meets the rule comes to the one behind it.
  bool follow(const FirewallRule& rule, int depth, Fates& fates) {  // NOLINT(misc-no-recursion)
    switch (rule.verdict) {
      case FirewallVerdict::none: return false;
      case FirewallVerdict::accept: fates.accepted = true; return true;
      case FirewallVerdict::drop: fates.dropped = true; return true;
      case FirewallVerdict::go_back: fates.goes_on = true; return true;
      case FirewallVerdict::unclear: fates.accepted = fates.dropped = true; return false;
      case FirewallVerdict::jump:
      case FirewallVerdict::go_to: break;
    }
    const Fates inside = through(rule.target, depth + 1);
    fates.accepted |= inside.accepted;
    fates.dropped |= inside.dropped;
    if (rule.verdict == FirewallVerdict::jump) return !inside.goes_on;
    fates.goes_on |= inside.goes_on;
    return true;
  }

  [[nodiscard]] Answer judge(const FirewallRule& rule) const {
    Answer answer = Answer::yes;
    for (const FirewallMatch& match : rule.matches) answer = std::min(answer, judge(match));
    return answer;
  }

  [[nodiscard]] Answer judge(const FirewallMatch& match) const {
    if (match.kind == FirewallMatch::Kind::unclear) return Answer::perhaps;
    return meets(match) != match.is_negated ? Answer::yes : Answer::no;
  }

  [[nodiscard]] bool meets(const FirewallMatch& match) const {
    using Kind = FirewallMatch::Kind;
    switch (match.kind) {
      case Kind::udp: return newcomer_.is_datagram;
      case Kind::tcp: return !newcomer_.is_datagram;
      case Kind::ipv4: return newcomer_.family == AddressFamily::ipv4;
      case Kind::ipv6: return newcomer_.family == AddressFamily::ipv6;
      case Kind::port:
        return std::ranges::any_of(match.ports, [&](const PortRange& range) { return range.contains(newcomer_.port); });
      case Kind::never:
      case Kind::unclear: break;
    }
    return false;
  }

  const Firewall& firewall_;
  const Newcomer& newcomer_;
  std::size_t steps_ = 0;
};

}  // namespace

Passage judge_passage(const Firewall& firewall, const Newcomer& newcomer) {
  Passage passage = Passage::open;
  for (const FirewallEntry& entry : firewall.entries) {
    if (!(newcomer.family == AddressFamily::ipv4 ? entry.for_ipv4 : entry.for_ipv6)) continue;
    Fates fates = Passing(firewall, newcomer).through(entry.chain, 0);
    if (fates.goes_on) (entry.drops_by_default ? fates.dropped : fates.accepted) = true;
    // One entry that drops for certain is enough, whatever the others do.
    if (!fates.accepted) return Passage::closed;
    if (fates.dropped) passage = Passage::unclear;
  }
  return passage;
}

std::vector<std::uint16_t> telling_ports(const Firewall& firewall, const PortRange& range) {
  std::set<std::uint16_t> ports{range.first, range.last};
  const auto add = [&](int port) {
    if (port >= range.first && port <= range.last) ports.insert(static_cast<std::uint16_t>(port));
  };
  for (const auto& [name, chain] : firewall.chains) {
    for (const FirewallRule& rule : chain.rules) {
      for (const FirewallMatch& match : rule.matches) {
        for (const PortRange& each : match.ports) {
          if (ports.size() > kMostTellingPorts) return {ports.begin(), ports.end()};
          add(each.first - 1);
          add(each.first);
          add(each.last);
          add(each.last + 1);
        }
      }
    }
  }
  return {ports.begin(), ports.end()};
}

}  // namespace turnpike::server
