#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/bound_socket.hpp"
#include "turnpike/net/file_descriptor.hpp"
#include "turnpike/net/tcp_listener.hpp"
#include "turnpike/net/udp_socket.hpp"

namespace turnpike::server {

/// Sockets that were bound before this program started and given to it (systemd's socket activation, sd_listen_fds(3)).
/// Several may have the same address, one for each worker: nobody but the user who bound it can add a socket to a port,
/// so we can open none beside them.
class InheritedSockets {
 public:
  InheritedSockets() = default;
  /// What is no usable socket is closed, and is among the complaints.
  explicit InheritedSockets(std::vector<net::FileDescriptor> descriptors);

  [[nodiscard]] bool has(net::BoundSocket::Kind kind, const Endpoint& local) const noexcept;
  /// One of that address, which must be there.
  [[nodiscard]] Result<net::UdpSocket> take_udp(const Endpoint& local, const net::UdpSocketOptions& options);
  [[nodiscard]] Result<net::TcpListener> take_tcp(const Endpoint& local, const net::TcpListenerOptions& options);
  /// Closes what nobody has taken; each with a sentence among the complaints.
  void close_rest();

  /// For the log: what was given to us that we cannot use.
  [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }
  /// For the log: where there are fewer sockets than workers.
  void note_shortage(const ListenUrl& listener, std::size_t sockets, std::size_t workers);

 private:
  struct Socket {
    net::FileDescriptor fd;
    net::BoundSocket bound;
  };
  [[nodiscard]] net::FileDescriptor take(net::BoundSocket::Kind kind, const Endpoint& local) noexcept;

  std::vector<Socket> sockets_;
  std::vector<std::string> complaints_;
};

/// Those that systemd gave to this process, whose environment says so no longer afterwards. Once, before any thread.
[[nodiscard]] InheritedSockets take_inherited_sockets();

}  // namespace turnpike::server
