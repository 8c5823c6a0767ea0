#include "probe/address_kind.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace turnpike::probe {

bool is_internal(const IpAddress& address) noexcept {
  static constexpr std::array<std::string_view, 9> kBlocks{"10.0.0.0/8",    "172.16.0.0/12",  "192.168.0.0/16",
                                                           "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
                                                           "fc00::/7",      "fe80::/10",      "::1/128"};
  const IpAddress candidate = address.unmapped();
  return std::ranges::any_of(kBlocks, [&](std::string_view block) {
    const auto prefix = IpPrefix::parse(block);
    return prefix && prefix->contains(candidate);
  });
}

Reason look_at_relayed(const IpAddress& server, const IpAddress& relayed) noexcept {
  if (relayed.is_unspecified()) return Reason::address_unspecified;
  // Within one private network a private address is what clients need.
  if (is_internal(relayed) && !is_internal(server)) return Reason::address_private;
  const bool is_loopback = relayed.is_v4() ? relayed.bytes().front() == 127 : IpPrefix::parse("::1")->contains(relayed);
  const bool is_server_loopback =
      server.is_v4() ? server.bytes().front() == 127 : IpPrefix::parse("::1")->contains(server);
  return is_loopback && !is_server_loopback ? Reason::address_private : Reason::none;
}

}  // namespace turnpike::probe
