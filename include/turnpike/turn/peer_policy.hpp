#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/turn/relay_addresses.hpp"

namespace turnpike::turn {

/// Why a peer may or may not be relayed to. The first is the only yes.
enum class PeerJudgement : std::uint8_t {
  allowed,
  special_purpose,  ///< in an IANA special-purpose registry, multicast or broadcast
  denied_by_rule,   ///< [relay.peers] deny
  own_listener,     ///< an address and port on which this server listens; no rule opens it
  own_address,      ///< this server's own address, outside the relay ports and not named by a rule
  own_broadcast,    ///< broadcast address of a local interface's subnet
  port_zero,
};
[[nodiscard]] std::string_view to_string(PeerJudgement judgement) noexcept;

struct PeerRules {
  std::vector<IpPrefix> allow;
  std::vector<IpPrefix> deny;
  std::vector<IpAddress> broadcasts;  ///< of the local interfaces' subnets
  std::vector<Endpoint> listeners;    ///< a wildcard listener is given once per local address
  RelayAddresses relays;              ///< the server's own relayed addresses stay reachable
};

/// Who may be a peer. Canonicalises first and judges second: every IPv4 address inside an IPv6 one (mapped, compatible,
/// SIIT, NAT64, 6to4, Teredo, ISATAP) is judged as well, and both must be allowed.
///
/// The most specific prefix wins, among the operator's rules and the IANA registries together; at equal length deny
/// beats allow and both beat the registry. So `allow = ["10.0.0.0/8"]` opens that block, and `allow = ["0.0.0.0/0"]`
/// does not open loopback: what is special must be named at least as precisely as the registry names it.
class PeerPolicy {
 public:
  explicit PeerPolicy(PeerRules rules);

  /// For CreatePermission, which knows no port (RFC 8656 section 10.2).
  [[nodiscard]] PeerJudgement judge(const IpAddress& peer) const noexcept;
  /// For ChannelBind and Send.
  [[nodiscard]] PeerJudgement judge(const Endpoint& peer) const noexcept;

 private:
  [[nodiscard]] bool is_listener(const Endpoint& endpoint) const noexcept;
  [[nodiscard]] bool is_own(const IpAddress& address) const noexcept;
  [[nodiscard]] PeerJudgement judge_spelling(const IpAddress& address) const noexcept;

  PeerRules rules_;
};

/// The IPv4 addresses that an IPv6 address carries inside, in any of the known ways; at most three.
struct EmbeddedIpv4 {
  std::array<IpAddress, 3> addresses{};
  std::size_t count = 0;
};
[[nodiscard]] EmbeddedIpv4 find_embedded_ipv4(const IpAddress& address) noexcept;

}  // namespace turnpike::turn
