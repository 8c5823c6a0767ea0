#pragma once

#include <memory>
#include <string>

#include "turnpike/turn/core_config.hpp"

namespace turnpike::test {

inline constexpr const char* kRealm = "turnpike";  // eight characters, as the amplification bar assumes
inline constexpr const char* kSecret = "north";
inline constexpr const char* kSecondSecret = "south";

[[nodiscard]] inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }
[[nodiscard]] inline Endpoint endpoint(std::string_view text) { return Endpoint::parse(text).value(); }
[[nodiscard]] inline IpPrefix prefix(std::string_view text) { return IpPrefix::parse(text).value(); }

/// What most tests want: the server at 203.0.113.1:3478 and [2001:db8:1::1]:3478, relays at 203.0.113.10 and
/// 2001:db8:1::10, peers in 198.51.100.0/24 and 2001:db8:2::/48 allowed, two secrets, users alice and bob.
struct CoreSettings {
  std::vector<std::string> secrets{kSecret, kSecondSecret};
  std::vector<std::pair<std::string, std::string>> users{{"alice", "wonderland"}, {"bob", "builder"}};
  Seconds max_ttl{86'400};
  std::vector<turn::RelayAddresses::Mapping> relays{{address("203.0.113.10"), address("203.0.113.10")},
                                                    {address("2001:db8:1::10"), address("2001:db8:1::10")}};
  std::uint16_t first_port = 50'000;
  std::uint16_t last_port = 50'999;
  turn::PeerRules peers{.allow = {prefix("198.51.100.0/24"), prefix("2001:db8:2::/48")},
                        .deny = {prefix("198.51.100.66/32")},
                        .broadcasts = {address("198.51.100.255")},
                        .listeners = {endpoint("203.0.113.1:3478"), endpoint("[2001:db8:1::1]:3478")},
                        .relays = {}};
  turn::CoreConfig core;  ///< everything else: lifetimes, bounds, rates

  [[nodiscard]] std::shared_ptr<const turn::CoreConfig> build() const;
};

}  // namespace turnpike::test
