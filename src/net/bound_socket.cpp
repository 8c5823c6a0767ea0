#include "turnpike/net/bound_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/adopted_socket.hpp"
#include "net/last_error.hpp"
#include "net/socket_address.hpp"

namespace turnpike::net {
namespace {

std::optional<int> get_option(int fd, int level, int name) noexcept {
  int value = 0;
  socklen_t length = sizeof(value);
  if (::getsockopt(fd, level, name, &value, &length) != 0) return std::nullopt;
  return value;
}

std::optional<Endpoint> local_endpoint(int fd) noexcept {
  SocketAddress address{};
  socklen_t length = sizeof(address);
  if (::getsockname(fd, &address.generic, &length) != 0) return std::nullopt;
  if (address.generic.sa_family != AF_INET && address.generic.sa_family != AF_INET6) return std::nullopt;
  const Endpoint local = to_endpoint(address);
  return local.port == 0 ? std::nullopt : std::optional(local);
}

std::optional<BoundSocket::Kind> kind_of(int fd) noexcept {
  const auto type = get_option(fd, SOL_SOCKET, SO_TYPE);
  const auto protocol = get_option(fd, SOL_SOCKET, SO_PROTOCOL);
  if (type == SOCK_DGRAM && protocol == IPPROTO_UDP) return BoundSocket::Kind::datagram;
  if (type == SOCK_STREAM && protocol == IPPROTO_TCP) return BoundSocket::Kind::stream;
  return std::nullopt;
}

bool is_connected(int fd) noexcept {
  SocketAddress address{};
  socklen_t length = sizeof(address);
  return ::getpeername(fd, &address.generic, &length) == 0;
}

}  // namespace

std::optional<BoundSocket> examine_socket(int fd) noexcept {
  const auto kind = kind_of(fd);
  if (!kind || is_connected(fd)) return std::nullopt;
  const auto local = local_endpoint(fd);
  if (!local) return std::nullopt;
  const bool takes_both = local->address.is_v6() && get_option(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 0;
  return BoundSocket{*kind, *local, takes_both};
}

Result<Endpoint> prepare_adopted(int fd, BoundSocket::Kind kind) noexcept {
  const auto found = examine_socket(fd);
  if (!found || found->kind != kind || found->takes_ipv4_too) {
    return error_code(boost::system::errc::make_error_code(boost::system::errc::address_family_not_supported));
  }
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return last_error();
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return last_error();
  return found->local;
}

}  // namespace turnpike::net
