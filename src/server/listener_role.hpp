#pragma once

#include <optional>
#include <vector>

#include "server/config.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::server {

/// How a datagram listener takes what arrives. The default is that of udp:// without a proxy.
struct DatagramRole {
  bool only_dtls = false;
  std::vector<IpPrefix> proxies;  ///< not empty: every datagram begins with a PROXY protocol header
  /// False: a reload has taken it out. It stays open for the allocations that it has and takes no others.
  bool is_open = true;
  // After a change of `proxies`: who has an allocation goes on coming as before.
  bool had_direct_clients = false;
  std::vector<IpPrefix> former_proxies;

  [[nodiscard]] bool is_plain() const noexcept {
    return is_open && !only_dtls && proxies.empty() && former_proxies.empty();
  }
  friend bool operator==(const DatagramRole&, const DatagramRole&) = default;
};

/// The role of a listener for new clients as the configuration has it.
[[nodiscard]] DatagramRole role_of(const ListenUrl& listener);

/// `wanted`, with what the clients need that came while it was `before`; nothing wanted: no new clients.
[[nodiscard]] DatagramRole change_role(const DatagramRole& before, const std::optional<DatagramRole>& wanted);

/// Who serves what arrives at the socket that is bound to `bound`: itself, or the one on all addresses of the port
/// that would get it if the socket were closed. Null: nobody.
[[nodiscard]] const ListenUrl* find_serving(const std::vector<ListenUrl>& serving, bool is_datagram_socket,
                                            const Endpoint& bound);

}  // namespace turnpike::server
