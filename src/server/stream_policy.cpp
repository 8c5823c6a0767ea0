#include "server/stream_policy.hpp"

#include <algorithm>

namespace turnpike::server {

StreamPolicy make_stream_policy(const ListenUrl& listener, bool with_tls) {
  StreamPolicy policy;
  policy.proxies = listener.proxy_protocol;
  switch (listener.scheme) {
    case ListenScheme::tcp:
      policy.plain_turn = policy.plain_http = true;
      policy.tls = policy.tls_turn = policy.tls_http = with_tls;
      break;
    case ListenScheme::tls: policy.tls = policy.tls_turn = policy.tls_http = true; break;
    case ListenScheme::http: policy.plain_http = true; break;
    case ListenScheme::https: policy.tls = policy.tls_http = true; break;
    case ListenScheme::udp:
    case ListenScheme::dtls: break;
  }
  return policy;
}

bool is_within(const std::vector<IpPrefix>& blocks, const IpAddress& address) noexcept {
  return std::ranges::any_of(blocks, [&address](const IpPrefix& block) { return block.contains(address); });
}

}  // namespace turnpike::server
