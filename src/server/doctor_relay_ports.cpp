#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "server/config_values.hpp"
#include "server/doctor.hpp"
#include "server/doctor_reading.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint64_t kFewPorts = 100;
/// Entries of the connection table for each allocation: the client's, and those of its peers.
constexpr std::uint64_t kTrackedEach = 4;

std::uint64_t count_ports(const PortRange& ports) { return static_cast<std::uint64_t>(ports.last) - ports.first + 1; }

/// How many allocations there can be at a time.
std::uint64_t most_allocations(const Checkup& checkup) {
  const std::uint64_t ports =
      count_ports(checkup.config().relay.ports) * std::max<std::size_t>(checkup.addresses.relays.size(), 1);
  const std::uint64_t quota = checkup.config().quota.total;
  return quota == 0 ? ports : std::min(quota, ports);
}

void examine_size(Checkup& checkup) {
  const std::uint64_t ports = count_ports(checkup.config().relay.ports);
  const std::string range = show(checkup.config().relay.ports);
  if (ports < kFewPorts) {
    checkup.findings.warning(fmt::format("relay.ports ({}) are {} ports: no more allocations are possible at a time on "
                                         "each address.",
                                         range, ports),
                             "widen relay.ports, and the firewall with it");
  } else if (most_allocations(checkup) < checkup.config().quota.total) {
    checkup.findings.note(fmt::format("relay.ports ({}) suffice for {} allocations, fewer than quota.total ({}).",
                                      range, most_allocations(checkup), checkup.config().quota.total),
                          "widen relay.ports or lower quota.total");
  } else {
    checkup.findings.ok(fmt::format("relay.ports ({}) suffice for quota.total.", range));
  }
}

std::optional<PortRange> read_ephemeral(const Machine& machine) {
  std::istringstream text(read_or_empty(machine, "/proc/sys/net/ipv4/ip_local_port_range"));
  PortRange range;
  return text >> range.first >> range.last ? std::optional(range) : std::nullopt;
}

/// Whether one entry of the list "3478,49152-65535" covers all of `ports`.
bool is_reserved(const Machine& machine, const PortRange& ports) {
  std::istringstream list(read_or_empty(machine, "/proc/sys/net/ipv4/ip_local_reserved_ports"));
  for (std::string entry; std::getline(list, entry, ',');) {
    std::istringstream text(entry);
    PortRange range;
    char dash = 0;
    if (!(text >> range.first)) continue;
    if (!(text >> dash >> range.last)) range.last = range.first;
    if (range.first <= ports.first && range.last >= ports.last) return true;
  }
  return false;
}

void examine_ephemeral(Checkup& checkup) {
  const PortRange& ports = checkup.config().relay.ports;
  const auto ephemeral = read_ephemeral(checkup.machine);
  if (!ephemeral || ephemeral->last < ports.first || ephemeral->first > ports.last) return;
  const PortRange shared{std::max(ports.first, ephemeral->first), std::min(ports.last, ephemeral->last)};
  if (is_reserved(checkup.machine, shared)) return;
  checkup.findings.note(
      fmt::format("Other programs of this machine are given ports {} too, which then cannot be relayed from.",
                  show(shared)),
      fmt::format(
          "sysctl -w net.ipv4.ip_local_reserved_ports={} (to keep: the same line in /etc/sysctl.d/turnpike.conf)",
          show(shared)));
}

void examine_tracking(Checkup& checkup) {
  const auto most = read_sysctl(checkup.machine, "net/netfilter/nf_conntrack_max");
  if (!most) return;
  const std::uint64_t wanted = most_allocations(checkup) * kTrackedEach;
  if (*most >= wanted) return;
  checkup.findings.warning(
      fmt::format(
          "The firewall's connection table has room for {} entries, but {} allocations can need {}; what does not "
          "fit is dropped.",
          *most, most_allocations(checkup), wanted),
      fmt::format("sysctl -w net.netfilter.nf_conntrack_max={}, or exempt the relay ports (nft: notrack)", wanted));
}

}  // namespace

void examine_relay_ports(Checkup& checkup) {
  checkup.findings.begin("relay ports");
  examine_size(checkup);
  examine_ephemeral(checkup);
  examine_tracking(checkup);
}

}  // namespace turnpike::server
