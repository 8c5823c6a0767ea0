#pragma once

#include "turnpike/base/ip_address.hpp"
#include "turnpike/probe/check_report.hpp"

namespace turnpike::probe {

/// Not to be reached from the internet: private, shared, link-local, loopback or unique local (RFC 6890, RFC 6598).
[[nodiscard]] bool is_internal(const IpAddress& address) noexcept;

/// What is wrong with the relayed address that a server at `server` gives: none, address_private or
/// address_unspecified.
[[nodiscard]] Reason look_at_relayed(const IpAddress& server, const IpAddress& relayed) noexcept;

}  // namespace turnpike::probe
