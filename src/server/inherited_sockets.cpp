#include "server/inherited_sockets.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <utility>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

using SocketKind = net::BoundSocket::Kind;

std::string show_bound(const net::BoundSocket& bound) {
  return fmt::format("{} {}", bound.kind == SocketKind::datagram ? "UDP" : "TCP", bound.local.to_string());
}

error_code not_there() { return make_error_code(boost::system::errc::bad_file_descriptor); }

}  // namespace

InheritedSockets::InheritedSockets(std::vector<net::FileDescriptor> descriptors) {
  for (net::FileDescriptor& descriptor : descriptors) {
    const auto bound = net::examine_socket(descriptor.get());
    if (!bound) {
      complaints_.emplace_back(
          "socket activation: one of the sockets is neither UDP nor a listening TCP socket; it is not used");
    } else if (bound->takes_ipv4_too) {
      complaints_.push_back(fmt::format(
          "socket activation: {} takes IPv4 as well and is not used; set BindIPv6Only=ipv6-only in the socket unit",
          show_bound(*bound)));
    } else {
      sockets_.push_back({std::move(descriptor), *bound});
    }
  }
}

bool InheritedSockets::has(SocketKind kind, const Endpoint& local) const noexcept {
  return std::ranges::any_of(sockets_,
                             [&](const Socket& each) { return each.bound.kind == kind && each.bound.local == local; });
}

net::FileDescriptor InheritedSockets::take(SocketKind kind, const Endpoint& local) noexcept {
  const auto found = std::ranges::find_if(
      sockets_, [&](const Socket& each) { return each.bound.kind == kind && each.bound.local == local; });
  if (found == sockets_.end()) return {};
  net::FileDescriptor fd = std::move(found->fd);
  sockets_.erase(found);
  return fd;
}

Result<net::UdpSocket> InheritedSockets::take_udp(const Endpoint& local, const net::UdpSocketOptions& options) {
  net::FileDescriptor fd = take(SocketKind::datagram, local);
  if (!fd) return not_there();
  return net::UdpSocket::adopt(std::move(fd), options);
}

Result<net::TcpListener> InheritedSockets::take_tcp(const Endpoint& local, const net::TcpListenerOptions& options) {
  net::FileDescriptor fd = take(SocketKind::stream, local);
  if (!fd) return not_there();
  return net::TcpListener::adopt(std::move(fd), options);
}

void InheritedSockets::close_rest() {
  for (const Socket& each : sockets_) {
    complaints_.push_back(fmt::format(
        "socket activation: no [[listen]] has {}; whoever connects there gets no answer. Add one, or take the line out "
        "of the socket unit",
        show_bound(each.bound)));
  }
  sockets_.clear();
}

void InheritedSockets::note_shortage(const ListenUrl& listener, std::size_t sockets, std::size_t workers) {
  complaints_.push_back(
      fmt::format("socket activation: {} has {} socket{} for {} workers, and the other workers take no part in it. "
                  "Repeat its line in "
                  "the socket unit once for each worker, with ReusePort=yes",
                  show(listener), sockets, sockets == 1 ? "" : "s", workers));
}

InheritedSockets take_inherited_sockets() {
  const int count = sd_listen_fds(/*unset_environment=*/1);
  std::vector<net::FileDescriptor> descriptors;
  descriptors.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) descriptors.emplace_back(SD_LISTEN_FDS_START + i);
  return InheritedSockets(std::move(descriptors));
}

}  // namespace turnpike::server
