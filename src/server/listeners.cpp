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

/// All that were given to us for the listener.
template <typename Take>
auto adopt_for_workers(const ListenUrl& listener, InheritedSockets& inherited, net::BoundSocket::Kind kind,
                       std::uint32_t workers, Take take) {
  SocketSet<typename decltype(take(listener.endpoint))::value_type> sockets;
  while (inherited.has(kind, listener.endpoint)) {
    auto socket = take(listener.endpoint);
    if (!socket) {
      throw std::runtime_error(fmt::format("cannot use the socket that was given to us for {}: {}", show(listener),
                                           socket.error().message()));
    }
    sockets.push_back(std::move(*socket));
  }
  if (sockets.size() < workers) inherited.note_shortage(listener, sockets.size(), workers);
  return sockets;
}

class Binder {
 public:
  Binder(const Config& config, std::uint32_t workers, bool with_tls, InheritedSockets& inherited)
      : workers_(workers), with_tls_(with_tls), inherited_(inherited), sets_(workers) {
    datagram_.reuse_port = stream_.reuse_port = workers > 1;
    datagram_.coalesce_receive = true;
    datagram_.receive_buffer = static_cast<int>(config.limits.receive_buffer.bytes);
    datagram_.send_buffer = static_cast<int>(config.limits.send_buffer.bytes);
  }

  /// Gives whether it is bound now.
  bool bind(ListenUrl& listener, Absence absence) {
    return is_datagram(listener.scheme) ? bind_datagram(listener, absence) : bind_stream(listener, absence);
  }
  /// Among the workers, and then with other listeners of ours as well.
  [[nodiscard]] bool shares_ports() const noexcept { return datagram_.reuse_port; }
  [[nodiscard]] std::vector<WorkerListeners> take() { return std::move(sets_); }

 private:
  bool bind_datagram(ListenUrl& listener, Absence absence) {
    constexpr auto kKind = net::BoundSocket::Kind::datagram;
    const auto open = [this](const Endpoint& endpoint) { return net::UdpSocket::open(endpoint, datagram_); };
    const auto take = [this](const Endpoint& endpoint) { return inherited_.take_udp(endpoint, datagram_); };
    auto sockets = inherited_.has(kKind, listener.endpoint)
                       ? adopt_for_workers(listener, inherited_, kKind, workers_, take)
                       : open_for_workers(listener, workers_, absence, open);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sets_[i % workers_].datagram.push_back({std::move(sockets[i]), role_of(listener)});
    }
    return !sockets.empty();
  }
  bool bind_stream(ListenUrl& listener, Absence absence) {
    constexpr auto kKind = net::BoundSocket::Kind::stream;
    const auto open = [this](const Endpoint& endpoint) { return net::TcpListener::open(endpoint, stream_); };
    const auto take = [this](const Endpoint& endpoint) { return inherited_.take_tcp(endpoint, stream_); };
    auto sockets = inherited_.has(kKind, listener.endpoint)
                       ? adopt_for_workers(listener, inherited_, kKind, workers_, take)
                       : open_for_workers(listener, workers_, absence, open);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sets_[i % workers_].stream.push_back({std::move(sockets[i]), make_stream_policy(listener, with_tls_)});
    }
    return !sockets.empty();
  }

  std::uint32_t workers_;
  bool with_tls_;
  InheritedSockets& inherited_;
  net::UdpSocketOptions datagram_;
  net::TcpListenerOptions stream_;
  std::vector<WorkerListeners> sets_;
};

bool is_same_socket(const ListenUrl& a, const ListenUrl& b) noexcept {
  return is_datagram(a.scheme) == is_datagram(b.scheme) && a.endpoint == b.endpoint;
}

/// Goes from the listeners that there are to those that are wanted: keeps a socket where it can.
class Arranger {
 public:
  Arranger(const ListenerTable& before, Binder& binder) : left_(before), binder_(binder) {}

  /// Gives whether it is served now.
  bool serve(const ListenUrl& written, Absence absence) {
    ListenUrl bound = written;
    if (const auto kept = take_serving(written)) {
      bound.endpoint = *kept;
    } else if (const auto back = std::ranges::find_if(
                   left_.leaving, [&](const ListenUrl& each) { return is_same_socket(each, written); });
               back != left_.leaving.end()) {
      left_.leaving.erase(back);
    } else if (!bind(bound, absence)) {
      return false;
    }
    after_.serving.push_back({written, bound});
    return true;
  }

  /// The IPv4 listener that one on [::] stands for as well, unless there is a listener on that port already.
  void serve_counterpart(const ListenUrl& bound) {
    if (!bound.endpoint.address.is_v6() || !bound.endpoint.address.is_unspecified()) return;
    ListenUrl counterpart = bound;
    counterpart.endpoint.address = IpAddress::any(AddressFamily::ipv4);
    const bool taken = std::ranges::any_of(after_.serving, [&](const BoundListener& other) {
      return other.bound.endpoint.address.is_v4() && other.bound.endpoint.port == counterpart.endpoint.port &&
             is_datagram(other.bound.scheme) == is_datagram(counterpart.scheme);
    });
    if (!taken) serve(counterpart, Absence::whatever_the_reason);
  }

  /// What nobody wants any more: streams go on without their listener, datagrams need it as long as there are
  /// allocations.
  [[nodiscard]] ListenerTable finish() {
    after_.leaving = std::move(left_.leaving);
    for (const BoundListener& each : left_.serving) {
      if (is_datagram(each.bound.scheme)) after_.leaving.push_back(each.bound);
    }
    return std::move(after_);
  }
  [[nodiscard]] const ListenerTable& so_far() const noexcept { return after_; }

 private:
  bool bind(ListenUrl& listener, Absence absence) {
    try {
      return binder_.bind(listener, absence);
    } catch (const std::runtime_error& error) {
      const ListenUrl* holder = binder_.shares_ports() ? nullptr : find_holder(listener);
      if (holder == nullptr) throw;
      throw std::runtime_error(
          fmt::format("{}, by {}: reload without both first, or restart the server", error.what(), show(*holder)));
    }
  }

  /// Where ports are not shared: a listener on all addresses keeps others from the same port, and they it,
  /// also when the file has it no more.
  [[nodiscard]] const ListenUrl* find_holder(const ListenUrl& wanted) const noexcept {
    const auto overlaps = [&](const ListenUrl& each) {
      const IpAddress& one = each.endpoint.address;
      const IpAddress& other = wanted.endpoint.address;
      return is_datagram(each.scheme) == is_datagram(wanted.scheme) && each.endpoint.port == wanted.endpoint.port &&
             one.family() == other.family() && (one.is_unspecified() || other.is_unspecified());
    };
    for (const BoundListener& each : left_.serving) {
      if (overlaps(each.bound)) return &each.bound;
    }
    const auto leaving = std::ranges::find_if(left_.leaving, overlaps);
    return leaving == left_.leaving.end() ? nullptr : &*leaving;
  }

  /// Port 0 of the file is whatever the same listener got for it before.
  std::optional<Endpoint> take_serving(const ListenUrl& written) {
    const auto found = std::ranges::find_if(left_.serving, [&](const BoundListener& each) {
      if (written.endpoint.port != 0) return is_same_socket(each.bound, written);
      return is_same_socket(each.written, written) && each.written.scheme == written.scheme;
    });
    if (found == left_.serving.end()) return std::nullopt;
    const Endpoint endpoint = found->bound.endpoint;
    left_.serving.erase(found);
    return endpoint;
  }

  ListenerTable left_;
  ListenerTable after_;
  Binder& binder_;
};

}  // namespace

std::vector<ListenUrl> ListenerTable::urls() const {
  std::vector<ListenUrl> urls;
  for (const BoundListener& each : serving) urls.push_back(each.bound);
  return urls;
}

ListenerChange bind_listeners(const ListenerTable& before, const Config& wanted, const BindOptions& options,
                              InheritedSockets& inherited) {
  Binder binder(wanted, options.workers, options.with_tls, inherited);
  Arranger arranger(before, binder);
  for (const ListenUrl& listener : wanted.listen) {
    arranger.serve(listener, options.chosen ? Absence::forbidden : Absence::family_only);
  }
  const std::vector<BoundListener> written = arranger.so_far().serving;
  if (written.empty()) throw std::runtime_error("nothing to listen on");
  for (const BoundListener& listener : written) arranger.serve_counterpart(listener.bound);
  inherited.close_rest();
  return {arranger.finish(), binder.take()};
}

}  // namespace turnpike::server
