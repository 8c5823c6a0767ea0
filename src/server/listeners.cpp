#include "server/listeners.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

/// One kind of socket, as often as there are workers.
template <typename Socket>
using SocketSet = std::vector<Socket>;

bool is_family_missing(const error_code& error) noexcept {
  return error == boost::system::errc::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

enum class Absence : std::uint8_t { forbidden, family_only, whatever_the_reason };

/// All on the port that the first one got; empty when it may be absent and is.
template <typename Open>
auto open_for_workers(ListenUrl& listener, std::uint32_t workers, Absence absence, Open open) {
  SocketSet<typename decltype(open(listener.endpoint))::value_type> sockets;
  for (std::uint32_t i = 0; i < workers; ++i) {
    auto socket = open(listener.endpoint);
    if (!socket) {
      const bool may_be_absent = absence == Absence::whatever_the_reason ||
                                 (absence == Absence::family_only && is_family_missing(socket.error()));
      if (may_be_absent && sockets.empty()) return sockets;
      throw std::runtime_error(fmt::format("cannot listen on {}: {}", show(listener), socket.error().message()));
    }
    listener.endpoint.port = socket->local_endpoint().port;
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

class Binder {
 public:
  Binder(const Config& config, std::uint32_t workers, bool with_tls)
      : workers_(workers), with_tls_(with_tls), sets_(workers) {
    datagram_.reuse_port = stream_.reuse_port = workers > 1;
    datagram_.coalesce_receive = true;
    datagram_.receive_buffer = static_cast<int>(config.limits.receive_buffer.bytes);
    datagram_.send_buffer = static_cast<int>(config.limits.send_buffer.bytes);
  }

  /// Gives whether it is bound now.
  bool bind(ListenUrl& listener, Absence absence) {
    return is_datagram(listener.scheme) ? bind_datagram(listener, absence) : bind_stream(listener, absence);
  }
  [[nodiscard]] std::vector<WorkerListeners> take() { return std::move(sets_); }

 private:
  bool bind_datagram(ListenUrl& listener, Absence absence) {
    auto sockets = open_for_workers(listener, workers_, absence, [this](const Endpoint& endpoint) {
      return net::UdpSocket::open(endpoint, datagram_);
    });
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sets_[i].datagram.push_back(
          {std::move(sockets[i]), listener.scheme == ListenScheme::dtls, listener.proxy_protocol});
    }
    return !sockets.empty();
  }
  bool bind_stream(ListenUrl& listener, Absence absence) {
    auto sockets = open_for_workers(listener, workers_, absence, [this](const Endpoint& endpoint) {
      return net::TcpListener::open(endpoint, stream_);
    });
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sets_[i].stream.push_back({std::move(sockets[i]), make_stream_policy(listener, with_tls_)});
    }
    return !sockets.empty();
  }

  std::uint32_t workers_;
  bool with_tls_;
  net::UdpSocketOptions datagram_;
  net::TcpListenerOptions stream_;
  std::vector<WorkerListeners> sets_;
};

/// The IPv4 listener that one on [::] stands for as well; nothing when there is a listener on that port already.
std::optional<ListenUrl> ipv4_counterpart(const ListenUrl& listener, const std::vector<ListenUrl>& all) {
  if (!listener.endpoint.address.is_v6() || !listener.endpoint.address.is_unspecified()) return std::nullopt;
  ListenUrl counterpart = listener;
  counterpart.endpoint.address = IpAddress::any(AddressFamily::ipv4);
  const bool taken = std::ranges::any_of(all, [&](const ListenUrl& other) {
    return other.endpoint.address.is_v4() && other.endpoint.port == listener.endpoint.port &&
           is_datagram(other.scheme) == is_datagram(listener.scheme);
  });
  if (taken) return std::nullopt;
  return counterpart;
}

}  // namespace

std::vector<WorkerListeners> bind_listeners(Config& config, std::uint32_t workers, bool chosen, bool with_tls) {
  Binder binder(config, workers, with_tls);
  std::vector<ListenUrl> bound;
  for (ListenUrl& listener : config.listen) {
    if (binder.bind(listener, chosen ? Absence::forbidden : Absence::family_only)) bound.push_back(listener);
  }
  if (bound.empty()) throw std::runtime_error("nothing to listen on");
  const std::vector<ListenUrl> written = bound;
  for (const ListenUrl& listener : written) {
    auto counterpart = ipv4_counterpart(listener, bound);
    if (counterpart && binder.bind(*counterpart, Absence::whatever_the_reason)) bound.push_back(*counterpart);
  }
  config.listen = std::move(bound);
  return binder.take();
}

}  // namespace turnpike::server
