#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/config.hpp"

namespace turnpike::server {

/// The first packet of somebody on the network to this machine: UDP, or TCP's SYN.
struct Newcomer {
  bool is_datagram = true;
  AddressFamily family = AddressFamily::ipv4;
  std::uint16_t port = 0;
};

/// One condition of a rule. `never`: no newcomer meets it (a connection that exists, the loopback interface, ICMP).
/// `unclear`: it depends on what is not known here, such as the source address.
struct FirewallMatch {
  enum class Kind : std::uint8_t { udp, tcp, ipv4, ipv6, port, never, unclear };
  Kind kind = Kind::unclear;
  bool is_negated = false;
  std::vector<PortRange> ports{};  ///< of Kind::port
};

enum class FirewallVerdict : std::uint8_t { none, accept, drop, go_back, jump, go_to, unclear };

struct FirewallRule {
  std::vector<FirewallMatch> matches{};
  FirewallVerdict verdict = FirewallVerdict::none;
  std::string target{};  ///< of jump and go_to
};

struct FirewallChain {
  std::vector<FirewallRule> rules{};
};

/// A chain that the kernel itself begins with.
struct FirewallEntry {
  std::string chain;
  bool drops_by_default = false;
  bool for_ipv4 = true;
  bool for_ipv6 = true;
};

/// The part of a firewall that what arrives for this machine must pass: every entry of its family.
struct Firewall {
  std::vector<FirewallEntry> entries{};
  std::map<std::string, FirewallChain> chains{};

  [[nodiscard]] bool is_empty() const noexcept { return entries.empty(); }
};

/// Who can say only that it depends, says so.
enum class Passage : std::uint8_t { open, closed, unclear };

[[nodiscard]] Passage judge_passage(const Firewall& firewall, const Newcomer& newcomer);

/// Every port at which the answer may change, within `range`, its ends included; at most 200.
[[nodiscard]] std::vector<std::uint16_t> telling_ports(const Firewall& firewall, const PortRange& range);

}  // namespace turnpike::server
