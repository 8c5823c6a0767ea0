#pragma once

#include <optional>
#include <string_view>

#include "server/firewall_rules.hpp"

namespace turnpike::server {

/// Out of `nft -j list ruleset`; nothing when that is no such JSON.
[[nodiscard]] std::optional<Firewall> read_nftables(std::string_view text);

/// Adds the INPUT chain of `iptables-save` or `ip6tables-save`, and those it jumps to.
void read_iptables(std::string_view text, AddressFamily family, Firewall& firewall);

}  // namespace turnpike::server
