#include "server/address_masker.hpp"

#include <fmt/format.h>

namespace turnpike::server {

AddressMasker::AddressMasker(LogAddresses mode, Random& random) : mode_(mode), hash_(KeyedHash::draw_key(random)) {}

std::string AddressMasker::client(const Endpoint& endpoint, LogLevel level) const {
  return shows(level) ? endpoint.to_string() : token("client", endpoint.address);
}

std::string AddressMasker::peer(const Endpoint& endpoint, LogLevel level) const {
  return shows(level) ? endpoint.to_string() : token("peer", endpoint.address);
}

std::string AddressMasker::relayed(const Endpoint& endpoint, LogLevel level) const {
  if (shows(level)) return endpoint.to_string();
  return fmt::format("{}:{}", endpoint.address.is_v4() ? "ipv4" : "ipv6", endpoint.port);
}

std::string AddressMasker::token(std::string_view role, const IpAddress& address) const {
  return fmt::format("{}-{:08x}", role, hash_(address) & 0xffffffffU);
}

}  // namespace turnpike::server
