#pragma once

#include <vector>

#include "server/config.hpp"
#include "turnpike/base/ip_address.hpp"

namespace turnpike::server {

/// What a stream listener lets in. One port may serve everything; the scheme says what it leaves out.
struct StreamPolicy {
  bool plain_turn = false;
  bool plain_http = false;
  bool tls = false;
  bool tls_turn = false;
  bool tls_http = false;
  std::vector<IpPrefix> proxies;  ///< not empty: a PROXY protocol header comes first, from these only

  [[nodiscard]] bool expects_proxy_header() const noexcept { return !proxies.empty(); }
};

/// `with_tls`: there is a certificate. Then tcp takes TLS as well: the first byte tells.
[[nodiscard]] StreamPolicy make_stream_policy(const ListenUrl& listener, bool with_tls);

[[nodiscard]] bool is_within(const std::vector<IpPrefix>& blocks, const IpAddress& address) noexcept;

}  // namespace turnpike::server
