#include "server/listeners.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace turnpike::server {
namespace {

bool is_family_missing(const error_code& error) noexcept {
  return error == boost::system::errc::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

// One socket for each worker, all on the port that the first one got; empty when the machine lacks the address family.
ListenerSet bind_listener(ListenUrl& listener, const net::UdpSocketOptions& options, std::uint32_t workers,
                          bool may_be_missing) {
  ListenerSet sockets;
  for (std::uint32_t i = 0; i < workers; ++i) {
    auto socket = net::UdpSocket::open(listener.endpoint, options);
    if (!socket && may_be_missing && sockets.empty() && is_family_missing(socket.error())) return {};
    if (!socket) {
      throw std::runtime_error(fmt::format("cannot listen on {}://{}: {}", to_string(listener.transport),
                                           listener.endpoint.to_string(), socket.error().message()));
    }
    listener.endpoint.port = socket->local_endpoint().port;
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

}  // namespace

std::vector<ListenerSet> bind_listeners(Config& config, std::uint32_t workers, bool chosen) {
  net::UdpSocketOptions options;
  options.reuse_port = workers > 1;
  options.coalesce_receive = true;
  options.receive_buffer = static_cast<int>(config.limits.receive_buffer.bytes);
  options.send_buffer = static_cast<int>(config.limits.send_buffer.bytes);

  std::vector<ListenerSet> sets(workers);
  std::vector<ListenUrl> bound;
  for (ListenUrl& listener : config.listen) {
    ListenerSet sockets = bind_listener(listener, options, workers, !chosen);
    if (sockets.empty()) continue;
    bound.push_back(listener);
    for (std::uint32_t i = 0; i < workers; ++i) sets[i].push_back(std::move(sockets[i]));
  }
  if (bound.empty()) throw std::runtime_error("nothing to listen on");
  config.listen = std::move(bound);
  return sets;
}

}  // namespace turnpike::server
