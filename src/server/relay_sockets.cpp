#include "server/relay_sockets.hpp"

#include <algorithm>

namespace turnpike::server {
namespace {

// Ports may be taken by programs outside our knowledge; so many are tried before the address counts as full.
constexpr int kBindAttempts = 16;

}  // namespace

RelaySockets::RelaySockets(Options options, Random& random, net::EpollSet& epoll, ForeignPort on_foreign_port)
    : options_(std::move(options)), random_(random), epoll_(epoll), on_foreign_port_(std::move(on_foreign_port)) {
  offer(options_.addresses);
}

void RelaySockets::offer(std::span<const IpAddress> addresses) {
  for (Place& place : places_) place.offered = std::ranges::find(addresses, place.address) != addresses.end();
  for (const IpAddress& address : addresses) {
    if (std::ranges::find(places_, address, &Place::address) != places_.end()) continue;
    // An index that nothing refers to any more serves again: addresses may come and go for years.
    const auto unused = std::ranges::find_if(places_, [](const Place& place) { return place.is_unused(); });
    if (unused == places_.end()) {
      places_.push_back({address, make_pool()});
    } else {
      unused->address = address;
      unused->offered = true;
    }
  }
}

std::optional<RelaySocket> RelaySockets::bind(std::uint32_t address, std::uint16_t port) {
  auto socket = net::UdpSocket::open({places_[address].address, port}, options_.socket);
  if (!socket) return std::nullopt;
  return RelaySocket{std::move(*socket), address};
}

std::optional<RelaySockets::OpenedPair> RelaySockets::open_on(std::uint32_t address, turn::OpenRelaySocket::Port port) {
  using Port = turn::OpenRelaySocket::Port;
  net::PortPool& pool = places_[address].ports;
  std::vector<std::uint16_t> unusable;  // kept out of the pool while we look on, or we would draw them again
  std::optional<OpenedPair> opened;
  for (int attempt = 0; attempt < kBindAttempts && !opened; ++attempt) {
    const auto taken = port == Port::any    ? pool.take(random_)
                       : port == Port::even ? pool.take_even(random_)
                                            : pool.take_pair(random_);
    if (!taken) break;
    auto own = bind(address, *taken);
    std::optional<RelaySocket> next;
    if (own && port == Port::even_and_reserve_next) next = bind(address, static_cast<std::uint16_t>(*taken + 1));
    if (own && (next || port != Port::even_and_reserve_next)) {
      opened.emplace(OpenedPair{std::move(*own), std::move(next)});
      break;
    }
    unusable.push_back(*taken);
    if (port == Port::even_and_reserve_next) unusable.push_back(static_cast<std::uint16_t>(*taken + 1));
  }
  for (const std::uint16_t each : unusable) pool.give_back(each);
  return opened;
}

std::optional<std::uint32_t> RelaySockets::lease_port(AddressFamily family, const TryBind& try_bind) {
  return find_place(family, [&](std::uint32_t place) { return lease_on(place, try_bind); });
}

bool RelaySockets::lease_on(std::uint32_t address, const TryBind& try_bind) {
  net::PortPool& pool = places_[address].ports;
  std::vector<std::uint16_t> unusable;  // as above
  bool leased = false;
  for (int attempt = 0; attempt < kBindAttempts && !leased; ++attempt) {
    const auto port = pool.take(random_);
    if (!port) break;
    leased = try_bind({places_[address].address, *port});
    if (!leased) unusable.push_back(*port);
  }
  for (const std::uint16_t each : unusable) pool.give_back(each);
  return leased;
}

std::optional<Endpoint> RelaySockets::open(const turn::OpenRelaySocket& command) {
  std::optional<OpenedPair> opened;
  const auto found = find_place(command.family, [&](std::uint32_t place) {
    opened = open_on(place, command.port);
    return opened.has_value();
  });
  if (!found) return std::nullopt;
  const auto local = install(command.allocation, std::move(opened->own));
  if (!local) {
    if (opened->reserved) close(std::move(*opened->reserved));
    return std::nullopt;
  }
  if (opened->reserved) reserved_.emplace_back(command.token, std::move(*opened->reserved));
  return local;
}

std::optional<Endpoint> RelaySockets::install(turn::AllocationId allocation, RelaySocket socket) {
  while (slots_.size() <= allocation.slot) slots_.emplace_back();
  const Endpoint local = socket.socket.local_endpoint();
  const AddressFamily family = local.address.family();
  if (epoll_.add(socket.socket.native_handle(), token_of(allocation, family))) {
    close(std::move(socket));
    return std::nullopt;
  }
  slots_[allocation.slot][family == AddressFamily::ipv4 ? 0 : 1].emplace(
      Entry{allocation.generation, std::move(socket)});
  return local;
}

std::optional<RelaySocket> RelaySockets::take_reserved(const turn::ReservationToken& token) {
  const auto found = std::ranges::find_if(reserved_, [&token](const auto& entry) { return entry.first == token; });
  if (found == reserved_.end()) return std::nullopt;
  RelaySocket taken = std::move(found->second);
  reserved_.erase(found);
  return taken;
}

void RelaySockets::close(RelaySocket socket) {
  const std::uint16_t port = socket.socket.local_endpoint().port;
  const std::uint32_t address = socket.address;
  kernel_drops_ += socket.socket.kernel_drops();
  { const net::UdpSocket closing = std::move(socket.socket); }  // the port is free only after the close
  const std::uint32_t owner = net::PortPool::owner_of(port, options_.workers);
  if (owner == options_.worker) {
    places_[address].ports.give_back(port);
  } else {
    on_foreign_port_(owner, address, port);
  }
}

void RelaySockets::close(turn::AllocationId allocation, AddressFamily family) {
  net::UdpSocket* socket = find(allocation, family);
  if (socket == nullptr) return;
  epoll_.remove(socket->native_handle());
  auto& entry = slots_[allocation.slot][family == AddressFamily::ipv4 ? 0 : 1];
  RelaySocket closing = std::move(entry->relay);
  entry.reset();
  close(std::move(closing));
}

void RelaySockets::drop_reserved(const turn::ReservationToken& token) {
  if (auto socket = take_reserved(token)) close(std::move(*socket));
}

void RelaySockets::close_all() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    for (auto& entry : slots_[slot]) {
      if (!entry) continue;
      epoll_.remove(entry->relay.socket.native_handle());
      RelaySocket closing = std::move(entry->relay);
      entry.reset();
      close(std::move(closing));
    }
  }
  while (!reserved_.empty()) drop_reserved(reserved_.back().first);
}

std::size_t RelaySockets::free_ports() const noexcept {
  std::size_t sum = 0;
  for (const Place& place : places_) sum += place.offered ? place.ports.free_count() : 0;
  return sum;
}

std::size_t RelaySockets::port_capacity() const noexcept {
  std::size_t sum = 0;
  for (const Place& place : places_) sum += place.offered ? place.ports.capacity() : 0;
  return sum;
}

}  // namespace turnpike::server
