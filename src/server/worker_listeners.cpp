#include <algorithm>
#include <boost/system/system_error.hpp>
#include <utility>

#include "server/worker.hpp"
#include "turnpike/net/proxy_header.hpp"
#include "turnpike/stun/framing.hpp"

// The listeners of a worker: which there are, and those for datagrams that are not plain UDP. They only change between
// two rounds of events (before start(), and in the mailbox), so that no event names a listener by an old index, and
// with nothing queued, so that no datagram names an old socket.
namespace turnpike::server {

void Worker::add_listeners(WorkerListeners listeners) {
  for (WorkerListeners::Datagram& each : listeners.datagram) place(std::move(each), Watch::begin);
  for (WorkerListeners::Stream& each : listeners.stream) {
    streams_.add_listener(std::move(each.socket), std::move(each.policy));
  }
}

void Worker::place(WorkerListeners::Datagram listener, Watch watch) {
  const bool is_plain = listener.role.is_plain();
  const EventToken token =
      is_plain ? EventToken{EventToken::Kind::udp_listener, static_cast<std::uint32_t>(listeners_.size())}
               : EventToken{EventToken::Kind::special_listener, static_cast<std::uint32_t>(special_listeners_.size())};
  const int fd = listener.socket.native_handle();
  const error_code error =
      watch == Watch::begin ? epoll_.add(fd, token.encode()) : epoll_.modify(fd, token.encode(), {});
  if (error) throw boost::system::system_error(error, "epoll");
  if (is_plain) {
    listeners_.push_back(std::move(listener.socket));
  } else {
    special_listeners_.push_back(std::move(listener));
  }
}

std::vector<WorkerListeners::Datagram> Worker::take_datagram_listeners() {
  flush();
  std::vector<WorkerListeners::Datagram> all = std::exchange(special_listeners_, {});
  for (net::UdpSocket& socket : listeners_) all.push_back({std::move(socket), {}});
  listeners_.clear();
  return all;
}

void Worker::arrange_listeners(const ListenerArrangement& arrangement, WorkerListeners opened) {
  for (WorkerListeners::Datagram& each : take_datagram_listeners()) {
    const ListenUrl* serving = find_serving(arrangement.serving, true, each.socket.local_endpoint());
    each.role =
        change_role(each.role, serving == nullptr ? std::optional<DatagramRole>() : std::optional(role_of(*serving)));
    each.socket.set_buffers(arrangement.receive_buffer, arrangement.send_buffer);
    place(std::move(each), Watch::move);
  }
  streams_.arrange_listeners([&](const Endpoint& bound) -> std::optional<StreamPolicy> {
    const auto same = std::ranges::find_if(arrangement.serving, [&](const ListenUrl& each) {
      return !is_datagram(each.scheme) && each.endpoint == bound;
    });
    if (same == arrangement.serving.end()) return std::nullopt;
    return make_stream_policy(*same, arrangement.with_tls);
  });
  add_listeners(std::move(opened));
}

void Worker::settle_listeners(const std::vector<Endpoint>& idle, const std::vector<Endpoint>& removed) {
  const auto is_in = [](const std::vector<Endpoint>& endpoints, const Endpoint& endpoint) {
    return std::ranges::find(endpoints, endpoint) != endpoints.end();
  };
  for (WorkerListeners::Datagram& each : take_datagram_listeners()) {
    const Endpoint& bound = each.socket.local_endpoint();
    if (is_in(removed, bound)) {
      statistics_.kernel_drops += each.socket.kernel_drops();
      epoll_.remove(each.socket.native_handle());
      continue;
    }
    if (is_in(idle, bound)) {
      each.role.had_direct_clients = false;
      each.role.former_proxies.clear();
    }
    place(std::move(each), Watch::move);
  }
}

std::vector<std::size_t> Worker::count_allocations_at(const std::vector<Endpoint>& listeners) const {
  std::vector<std::size_t> counts;
  counts.reserve(listeners.size());
  for (const Endpoint& listener : listeners) {
    counts.push_back(core_.count_allocations([&listener](const FiveTuple& five_tuple) {
      if (five_tuple.transport != Transport::udp && five_tuple.transport != Transport::dtls) return false;
      return five_tuple.server == listener ||
             (listener.address.is_unspecified() && five_tuple.server.port == listener.port &&
              five_tuple.server.address.family() == listener.address.family());
    }));
  }
  return counts;
}

// Where datagrams to a client go out ---------------------------------------------------------------------------------

namespace {

bool serves(const net::UdpSocket& listener, const FiveTuple& client) noexcept {
  const Endpoint& local = listener.local_endpoint();
  return local == client.server || (listener.is_wildcard() && local.port == client.server.port &&
                                    local.address.family() == client.server.address.family());
}

}  // namespace

net::UdpSocket* Worker::find_listener(const FiveTuple& client) noexcept {
  for (net::UdpSocket& listener : listeners_) {
    if (serves(listener, client)) return &listener;
  }
  for (auto& listener : special_listeners_) {
    if (serves(listener.socket, client)) return &listener.socket;
  }
  return nullptr;
}

std::optional<Worker::Route> Worker::find_route(const FiveTuple& client) noexcept {
  net::UdpSocket* listener = find_listener(client);
  if (listener == nullptr) return std::nullopt;
  for (const auto& special : special_listeners_) {
    const DatagramRole& role = special.role;
    if (&special.socket != listener || (role.proxies.empty() && role.former_proxies.empty())) continue;
    if (const auto proxy = proxy_routes_.find(client)) return Route{listener, *proxy};
    if (!role.proxies.empty() && !role.had_direct_clients) return std::nullopt;
  }
  return Route{listener, client.client};
}

// What arrives at listeners that are not plain -----------------------------------------------------------------------

void Worker::serve_special_listener(WorkerListeners::Datagram& listener) {
  for (const net::ReceivedDatagram& datagram : read(listener.socket)) serve_special(listener.role, datagram);
}

void Worker::serve_special(const DatagramRole& role, const net::ReceivedDatagram& datagram) {
  const bool is_of_proxy = is_within(role.proxies, datagram.from.address);
  if (is_of_proxy || is_within(role.former_proxies, datagram.from.address)) {
    const auto header = net::parse_proxy_header(datagram.payload);
    if (header && (!header->source || header->is_datagram)) {
      FiveTuple five_tuple{header->source.value_or(datagram.from), datagram.to, Transport::udp};
      five_tuple.client.address = five_tuple.client.address.unmapped();
      const Arrival arrival{five_tuple, datagram.payload.subspan(header->length), datagram.from};
      return serve_arrival(role, arrival, role.is_open && is_of_proxy);
    }
  }
  if (!role.proxies.empty() && !role.had_direct_clients) return statistics_.count(DropReason::untrusted_proxy);
  serve_arrival(role, {{datagram.from, datagram.to, Transport::udp}, datagram.payload, std::nullopt},
                role.is_open && role.proxies.empty());
}

/// Not welcome as somebody new: then it must belong to what is there.
void Worker::serve_arrival(const DatagramRole& role, const Arrival& arrival, bool is_welcome) {
  FiveTuple five_tuple = arrival.five_tuple;
  const bool is_dtls = stun::classify(arrival.payload) == stun::PacketKind::dtls;
  if (is_dtls) five_tuple.transport = Transport::dtls;
  const bool may_begin = is_welcome && (is_dtls || !role.only_dtls);
  if (!may_begin && !core_.has_allocation(five_tuple)) {
    if (is_welcome) return statistics_.count(DropReason::not_turn);
    return statistics_.count(role.is_open ? DropReason::untrusted_proxy : DropReason::removed_listener);
  }
  if (arrival.proxy) proxy_routes_.learn(five_tuple, *arrival.proxy);
  if (is_dtls) return serve_dtls_or_drop(five_tuple, arrival.payload, DropReason::not_turn);
  const turn::ClientVerdict verdict = core_.on_client_datagram(five_tuple, arrival.payload, now_, outbox_);
  switch (verdict.kind) {
    case turn::ClientVerdict::Kind::forward: return forward_to_peer(verdict);
    case turn::ClientVerdict::Kind::handled: return run_commands();
    case turn::ClientVerdict::Kind::drop: return statistics_.count(verdict.reason);
  }
}

void Worker::serve_dtls_or_drop(const FiveTuple& five_tuple, ByteSpan datagram, DropReason reason) noexcept {
  if (reason != DropReason::not_turn || !dtls_ || stun::classify(datagram) != stun::PacketKind::dtls) {
    return statistics_.count(reason);
  }
  dtls_->receive({five_tuple.client, five_tuple.server, Transport::dtls}, datagram, now_.mono, *this);
}

}  // namespace turnpike::server
