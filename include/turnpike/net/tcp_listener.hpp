#pragma once

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/file_descriptor.hpp"
#include "turnpike/net/tcp_socket.hpp"

namespace turnpike::net {

struct TcpListenerOptions {
  /// SO_REUSEPORT: one listener per worker on the same address, and connecting from the address that is listened on.
  bool reuse_port = false;
  /// SO_REUSEADDR: old connections in TIME_WAIT do not keep a restarted server from its port.
  bool reuse_address = true;
  int backlog = 4096;  ///< capped by net.core.somaxconn
};

/// A listening, non-blocking TCP socket; IPv6 ones are IPV6_V6ONLY.
class TcpListener {
 public:
  /// Port 0 takes any.
  static Result<TcpListener> open(const Endpoint& local, const TcpListenerOptions& options) noexcept;
  /// A socket that somebody else has bound, made to listen. Fails with "address family not supported" for what is no
  /// bound TCP socket or an IPv6 one that takes IPv4 as well.
  static Result<TcpListener> adopt(FileDescriptor fd, const TcpListenerOptions& options) noexcept;

  /// The next connection, with the options of TcpSocket set.
  [[nodiscard]] Result<TcpSocket> accept() noexcept;

  [[nodiscard]] const Endpoint& local_endpoint() const noexcept { return local_; }
  [[nodiscard]] int native_handle() const noexcept { return fd_.get(); }

 private:
  TcpListener(FileDescriptor fd, const Endpoint& local) noexcept : fd_(std::move(fd)), local_(local) {}

  FileDescriptor fd_;
  Endpoint local_;
};

}  // namespace turnpike::net
