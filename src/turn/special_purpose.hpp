#pragma once

#include <cstdint>
#include <optional>

#include "turnpike/base/ip_address.hpp"

namespace turnpike::turn {

/// The longest block of special-purpose addresses that holds `address`, as its prefix length: the IANA IPv4 and IPv6
/// Special-Purpose Address Registries (RFC 6890), all entries whether "globally reachable" or not, plus multicast and
/// the deprecated forms that carry IPv4 addresses. Nothing for ordinary unicast.
[[nodiscard]] std::optional<std::uint8_t> find_special_purpose(const IpAddress& address) noexcept;

}  // namespace turnpike::turn
