#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <optional>

#include "turnpike/base/endpoint.hpp"

namespace turnpike::net {

/// A socket address as the kernel reads and writes it. Deliberately uninitialised: 28 bytes that the next call fills.
/// Conversions are inline because both run for every datagram.
union SocketAddress {
  sockaddr generic;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

[[nodiscard]] inline IpAddress to_ip_address(const in_addr& address) noexcept {
  IpAddress::V4Bytes bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return IpAddress::v4(bytes);
}

[[nodiscard]] inline IpAddress to_ip_address(const in6_addr& address) noexcept {
  IpAddress::V6Bytes bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return IpAddress::v6(bytes);
}

[[nodiscard]] inline in_addr to_in_addr(const IpAddress& address) noexcept {
  in_addr result;
  std::memcpy(&result, address.bytes().data(), sizeof(result));
  return result;
}

/// `address` must be IPv6.
[[nodiscard]] inline in6_addr to_in6_addr(const IpAddress& address) noexcept {
  in6_addr result;
  std::memcpy(&result, address.bytes().data(), sizeof(result));
  return result;
}

/// Fills `out` and gives the length that belongs to it.
inline socklen_t write_socket_address(const Endpoint& endpoint, SocketAddress& out) noexcept {
  if (endpoint.address.is_v4()) {
    out.v4 = {.sin_family = AF_INET,
              .sin_port = htons(endpoint.port),
              .sin_addr = to_in_addr(endpoint.address),
              .sin_zero = {}};
    return sizeof(sockaddr_in);
  }
  out.v6 = {.sin6_family = AF_INET6,
            .sin6_port = htons(endpoint.port),
            .sin6_flowinfo = 0,
            .sin6_addr = to_in6_addr(endpoint.address),
            .sin6_scope_id = 0};
  return sizeof(sockaddr_in6);
}

/// For addresses that the kernel wrote on an AF_INET or AF_INET6 socket.
[[nodiscard]] inline Endpoint to_endpoint(const SocketAddress& address) noexcept {
  if (address.generic.sa_family == AF_INET) return {to_ip_address(address.v4.sin_addr), ntohs(address.v4.sin_port)};
  return {to_ip_address(address.v6.sin6_addr), ntohs(address.v6.sin6_port)};
}

/// For addresses of any origin: nothing unless the family is IPv4 or IPv6.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(const sockaddr* address) noexcept;

}  // namespace turnpike::net
