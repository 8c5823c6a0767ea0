#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "turnpike/base/random.hpp"
#include "turnpike/net/epoll_set.hpp"
#include "turnpike/net/port_pool.hpp"
#include "turnpike/net/udp_socket.hpp"
#include "turnpike/turn/allocation_id.hpp"
#include "turnpike/turn/command.hpp"
#include "turnpike/turn/reservation_token.hpp"

namespace turnpike::server {

/// A bound relay socket on its way between owners; its port belongs to a pool of PortPool::owner_of(port).
struct RelaySocket {
  net::UdpSocket socket;
  std::uint32_t address = 0;  ///< index of the relay address, as the pool's owner counts them
};

/// The relay sockets of one worker and its slice of the relay ports. Sockets are found by what epoll hands back, by the
/// allocation they belong to, or, while they are put aside, by their reservation's token.
class RelaySockets {
 public:
  struct Options {
    std::vector<IpAddress> addresses;
    net::PortPool::Range ports;
    std::uint32_t worker = 0;
    std::uint32_t workers = 1;
    net::UdpSocketOptions socket;
  };
  /// A port of another worker's pool is free again: (its owner, index of the relay address, port).
  using ForeignPort = std::function<void(std::uint32_t, std::uint32_t, std::uint16_t)>;

  RelaySockets(Options options, Random& random, net::EpollSet& epoll, ForeignPort on_foreign_port);

  /// From now on sockets are opened on these addresses. Those that are open on others stay, until they are closed.
  void offer(std::span<const IpAddress> addresses);

  /// Of sockets opened from now on.
  void set_buffers(int receive, int send) noexcept {
    options_.socket.receive_buffer = receive;
    options_.socket.send_buffer = send;
  }

  /// Opens and installs a socket for an allocation; with even_and_reserve_next another one is put aside under the
  /// token. Nothing when no port is left or the system refuses.
  [[nodiscard]] std::optional<Endpoint> open(const turn::OpenRelaySocket& command);
  /// Makes a socket that came from a reservation the allocation's own.
  [[nodiscard]] std::optional<Endpoint> install(turn::AllocationId allocation, RelaySocket socket);
  [[nodiscard]] std::optional<RelaySocket> take_reserved(const turn::ReservationToken& token);

  /// Takes a free port for something that is no UDP socket of ours; `try_bind(local endpoint)` says whether it can be
  /// had. Gives the index of the relay address; release_port() ends it.
  using TryBind = std::function<bool(const Endpoint&)>;
  [[nodiscard]] std::optional<std::uint32_t> lease_port(AddressFamily family, const TryBind& try_bind);
  void release_port(std::uint32_t address, std::uint16_t port) { places_[address].ports.give_back(port); }

  void close(turn::AllocationId allocation, AddressFamily family);
  void close(RelaySocket socket);
  void drop_reserved(const turn::ReservationToken& token);
  void close_all();
  void give_back_port(std::uint32_t address, std::uint16_t port) { places_[address].ports.give_back(port); }

  /// What an epoll token of a relay socket stands for. Upper half: generation, never 0; lower: slot and family.
  struct Named {
    turn::AllocationId allocation;
    AddressFamily family;
  };
  [[nodiscard]] static std::uint64_t token_of(turn::AllocationId allocation, AddressFamily family) noexcept {
    return (std::uint64_t{allocation.generation} << 32U) | (std::uint64_t{allocation.slot} << 1U) |
           (family == AddressFamily::ipv6 ? 1U : 0U);
  }
  [[nodiscard]] static Named named_by(std::uint64_t token) noexcept {
    return {{static_cast<std::uint32_t>(token & 0xffffffffU) >> 1U, static_cast<std::uint32_t>(token >> 32U)},
            (token & 1U) != 0 ? AddressFamily::ipv6 : AddressFamily::ipv4};
  }
  /// Null when that socket is closed by now.
  [[nodiscard]] net::UdpSocket* find(turn::AllocationId allocation, AddressFamily family) noexcept {
    if (allocation.slot >= slots_.size()) return nullptr;
    auto& entry = slots_[allocation.slot][family == AddressFamily::ipv4 ? 0 : 1];
    return entry && entry->generation == allocation.generation ? &entry->relay.socket : nullptr;
  }

  /// Of the addresses that are offered.
  [[nodiscard]] std::size_t free_ports() const noexcept;
  [[nodiscard]] std::size_t port_capacity() const noexcept;
  /// Datagrams that the kernel dropped at relay sockets closed so far.
  [[nodiscard]] std::uint64_t kernel_drops() const noexcept { return kernel_drops_; }

 private:
  struct Entry {
    std::uint32_t generation = 0;
    RelaySocket relay;
  };
  using Slot = std::array<std::optional<Entry>, 2>;  // by family

  /// A relay address keeps its index as long as one of its ports is in use, offered or not.
  struct Place {
    IpAddress address;
    net::PortPool ports;
    bool offered = true;
    [[nodiscard]] bool is_unused() const noexcept { return !offered && ports.free_count() == ports.capacity(); }
  };
  [[nodiscard]] net::PortPool make_pool() const { return {options_.ports, options_.worker, options_.workers}; }
  /// The offered places of a family share the load: starts anywhere, until `attempt(index)` is true.
  template <typename Attempt>
  [[nodiscard]] std::optional<std::uint32_t> find_place(AddressFamily family, Attempt attempt) {
    const std::size_t count = places_.size();
    const std::size_t start = count == 0 ? 0 : static_cast<std::size_t>(random_.below(count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = static_cast<std::uint32_t>((start + i) % count);
      if (places_[index].offered && places_[index].address.family() == family && attempt(index)) return index;
    }
    return std::nullopt;
  }

  struct OpenedPair {
    RelaySocket own;
    std::optional<RelaySocket> reserved;
  };
  [[nodiscard]] std::optional<OpenedPair> open_on(std::uint32_t address, turn::OpenRelaySocket::Port port);
  [[nodiscard]] std::optional<RelaySocket> bind(std::uint32_t address, std::uint16_t port);
  [[nodiscard]] bool lease_on(std::uint32_t address, const TryBind& try_bind);

  Options options_;
  Random& random_;
  net::EpollSet& epoll_;
  ForeignPort on_foreign_port_;
  std::vector<Place> places_;
  std::deque<Slot> slots_;  // by allocation slot; a deque, so that sockets waiting in a SendBatch stay put
  std::vector<std::pair<turn::ReservationToken, RelaySocket>> reserved_;
  std::uint64_t kernel_drops_ = 0;
};

}  // namespace turnpike::server
