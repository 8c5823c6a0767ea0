#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "server/config.hpp"
#include "turnpike/net/interfaces.hpp"
#include "turnpike/turn/relay_addresses.hpp"

namespace turnpike::server {

/// What must be looked up: how the world sees `local`, by whom the configuration names.
struct ExternalQuestion {
  std::variant<StunServer, HostName> source;
  IpAddress local;
  friend bool operator==(const ExternalQuestion&, const ExternalQuestion&) = default;
};

/// The machine's side of the configuration: what wildcards, defaults and empty lists stand for here and now.
struct RuntimeAddresses {
  using Mapping = turn::RelayAddresses::Mapping;
  std::vector<Mapping> relays;          ///< offered to new allocations
  std::vector<Mapping> former;          ///< not offered any more, but live allocations may have them
  std::vector<AddressFamily> awaited;   ///< wanted, with no address to offer for the moment
  std::vector<ExternalQuestion> asked;  ///< what must be looked up, known or not
  std::vector<IpAddress> unknown;       ///< relay addresses that are not offered until their public one is known
  std::vector<IpAddress> absent;        ///< relay addresses that the configuration names and this machine lacks
  std::vector<Endpoint> listeners;      ///< a wildcard listener once for each local address of its family
  std::vector<ListenUrl> served;        ///< the same with what is served there; in the order of the configuration
  std::vector<IpAddress> broadcasts;    ///< of the local interfaces' subnets
  std::vector<std::string> warnings;    ///< for the operator; they hold addresses of this machine, not of clients

  [[nodiscard]] bool relays_family(AddressFamily family) const noexcept;
  friend bool operator==(const RuntimeAddresses&, const RuntimeAddresses&) = default;
};

/// The address from which each family reaches the world, where there is one.
struct DefaultAddresses {
  std::optional<IpAddress> ipv4;
  std::optional<IpAddress> ipv6;
  [[nodiscard]] const std::optional<IpAddress>& of(AddressFamily family) const noexcept {
    return family == AddressFamily::ipv4 ? ipv4 : ipv6;
  }
};

/// Asks the routing table; replaced in tests.
using RouteProbe = std::function<std::optional<IpAddress>(AddressFamily)>;

/// Connects a UDP socket to a documentation address (RFC 5737, RFC 3849), which sends nothing, and reads the local
/// address that the kernel chose.
[[nodiscard]] std::optional<IpAddress> probe_default_route(AddressFamily family);

/// Whether a socket can be bound to `address` now.
[[nodiscard]] bool can_bind(const IpAddress& address);

/// The answer to a question, once it is known.
using ExternalAnswers = std::function<std::optional<IpAddress>(const ExternalQuestion&)>;

/// What resolve_addresses() goes by beside the interfaces.
struct AddressKnowledge {
  std::function<bool(const IpAddress&)> is_usable = [](const IpAddress&) { return true; };
  ExternalAnswers external = [](const ExternalQuestion&) { return std::nullopt; };
};

/// What the probe says; else what it was before, while that is on an interface; else the family's first address that is
/// neither loopback nor link-local; and loopback only when no family has anything better.
[[nodiscard]] DefaultAddresses detect_default_addresses(std::span<const net::InterfaceAddress> interfaces,
                                                        const RouteProbe& probe, const DefaultAddresses& before = {});

/// Ports in `config.listen` must be the real ones: replace port 0 by what was bound before.
[[nodiscard]] RuntimeAddresses resolve_addresses(const Config& config,
                                                 std::span<const net::InterfaceAddress> interfaces,
                                                 const DefaultAddresses& defaults,
                                                 const AddressKnowledge& knowledge = {});

/// Those that were offered before and are no more, beside the former ones, the latest first and at most kMaxFormer:
/// what `fresh.former` must have.
inline constexpr std::size_t kMaxFormer = 8;
[[nodiscard]] std::vector<RuntimeAddresses::Mapping> find_former(const RuntimeAddresses& before,
                                                                 const RuntimeAddresses& fresh);

/// Takes out those of `asked`, former ones all, of whose external address nobody is told any more. Those that have
/// become former since the question stay. Whether there was one.
bool forget_former(RuntimeAddresses& addresses, std::span<const RuntimeAddresses::Mapping> asked,
                   std::span<const IpAddress> announced);

/// Where clients may reach this server: its listeners, here and by its external addresses.
[[nodiscard]] std::vector<Endpoint> list_own_endpoints(const RuntimeAddresses& addresses);

/// Whether the world may reach `address`: neither loopback nor link-local, private (RFC 1918, RFC 4193), shared (RFC
/// 6598) or multicast.
[[nodiscard]] bool is_public(const IpAddress& address) noexcept;
[[nodiscard]] bool is_loopback(const IpAddress& address) noexcept;
[[nodiscard]] bool is_link_local(const IpAddress& address) noexcept;

}  // namespace turnpike::server
