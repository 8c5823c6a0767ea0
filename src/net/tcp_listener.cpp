#include "turnpike/net/tcp_listener.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include "net/adopted_socket.hpp"
#include "net/last_error.hpp"
#include "net/socket_address.hpp"
#include "net/socket_option.hpp"

namespace turnpike::net {

Result<TcpListener> TcpListener::open(const Endpoint& local, const TcpListenerOptions& options) noexcept {
  const bool is_v4 = local.address.is_v4();
  FileDescriptor fd(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!fd) return last_error();
  if (!is_v4 && !set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) return last_error();
  if (options.reuse_address && !set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1)) return last_error();
  if (options.reuse_port && !set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1)) return last_error();
  SocketAddress address;
  socklen_t length = write_socket_address(local, address);
  if (::bind(fd.get(), &address.generic, length) != 0) return last_error();
  if (::listen(fd.get(), options.backlog) != 0) return last_error();
  if (::getsockname(fd.get(), &address.generic, &length) != 0) return last_error();
  return TcpListener(std::move(fd), to_endpoint(address));
}

Result<TcpListener> TcpListener::adopt(FileDescriptor fd, const TcpListenerOptions& options) noexcept {
  const auto local = prepare_adopted(fd.get(), BoundSocket::Kind::stream);
  if (!local) return local.error();
  if (::listen(fd.get(), options.backlog) != 0) return last_error();
  return TcpListener(std::move(fd), *local);
}

Result<TcpSocket> TcpListener::accept() noexcept {
  SocketAddress address;
  socklen_t length = sizeof(address);
  FileDescriptor fd(::accept4(fd_.get(), &address.generic, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return last_error();
  const Endpoint remote = to_endpoint(address);
  Endpoint local = local_;
  if (local.address.is_unspecified()) {
    length = sizeof(address);
    if (::getsockname(fd.get(), &address.generic, &length) != 0) return last_error();
    local = to_endpoint(address);
  }
  return TcpSocket(std::move(fd), local, remote);
}

}  // namespace turnpike::net
