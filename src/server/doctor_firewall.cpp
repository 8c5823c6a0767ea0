#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "server/config_values.hpp"
#include "server/doctor.hpp"
#include "server/firewall_readers.hpp"

namespace turnpike::server {
namespace {

namespace errc = boost::system::errc;

/// How sure we are of having seen the rules.
struct Reading {
  Firewall firewall;
  bool is_read = false;    ///< some tool said what the rules are
  bool is_denied = false;  ///< some tool is there and did not
};

Reading read_firewall(const Machine& machine) {
  Reading reading;
  const auto run = [&](const std::vector<std::string>& words) -> std::optional<std::string> {
    const auto answer = machine.run(words);
    if (answer && answer->code == 0) return answer->text;
    if (answer || answer.error() != errc::no_such_file_or_directory) reading.is_denied = true;
    return std::nullopt;
  };
  if (const auto text = run({"nft", "-j", "list", "ruleset"})) {
    if (auto firewall = read_nftables(*text)) {
      reading.firewall = std::move(*firewall);
      reading.is_read = true;
    }
  }
  // Rules of iptables stand among those of nft only as far as nft understands them; by their own tool they are clear.
  for (const AddressFamily family : kAddressFamilies) {
    Firewall own;
    const auto text = run({family == AddressFamily::ipv4 ? "iptables-save" : "ip6tables-save"});
    if (!text) continue;
    reading.is_read = true;
    read_iptables(*text, family, own);
    for (const FirewallEntry& entry : own.entries) {
      const bool is_v4 = entry.for_ipv4;
      std::erase_if(reading.firewall.entries, [&](const FirewallEntry& other) {
        const std::string_view chain = other.chain;
        return other.for_ipv4 == is_v4 && other.for_ipv6 != is_v4 && chain.ends_with(" filter INPUT");
      });
    }
    for (FirewallEntry& entry : own.entries) reading.firewall.entries.push_back(std::move(entry));
    for (auto& [name, chain] : own.chains) reading.firewall.chains[name] = std::move(chain);
  }
  return reading;
}

std::string how_to_open(const Firewall& firewall, bool is_datagram, const std::string& ports) {
  const std::string_view protocol = is_datagram ? "udp" : "tcp";
  std::string colons = ports;
  std::ranges::replace(colons, '-', ':');
  const bool is_ufw = std::ranges::any_of(
      firewall.chains, [](const auto& chain) { return chain.first.find("ufw-user-input") != std::string::npos; });
  if (is_ufw) return fmt::format("ufw allow {}/{}", colons, protocol);
  const bool is_firewalld = std::ranges::any_of(
      firewall.chains, [](const auto& chain) { return chain.first.find(" firewalld ") != std::string::npos; });
  if (is_firewalld)
    return fmt::format("firewall-cmd --permanent --add-port={}/{} && firewall-cmd --reload", ports, protocol);
  const auto nft =
      std::ranges::find_if(firewall.entries, [](const FirewallEntry& entry) { return entry.drops_by_default; });
  if (nft != firewall.entries.end() && !nft->chain.ends_with(" INPUT")) {
    return fmt::format("nft insert rule {} {} dport {} accept", nft->chain, protocol, ports);
  }
  return fmt::format("iptables -I INPUT -p {} --dport {} -j ACCEPT (and the same with ip6tables)", protocol, colons);
}

struct Door {
  std::string what;
  bool is_datagram = true;
  AddressFamily family = AddressFamily::ipv4;
  PortRange ports;
};

void examine_door(Checkup& checkup, const Firewall& firewall, const Door& door) {
  Passage worst = Passage::open;
  std::uint16_t where = door.ports.first;
  for (const std::uint16_t port : telling_ports(firewall, door.ports)) {
    const Passage passage = judge_passage(firewall, {door.is_datagram, door.family, port});
    if (passage == Passage::open || worst == Passage::closed || passage == worst) continue;
    worst = passage;
    where = port;
  }
  const std::string_view protocol = door.is_datagram ? "UDP" : "TCP";
  const std::string_view family = door.family == AddressFamily::ipv4 ? "IPv4" : "IPv6";
  const std::string advice = how_to_open(firewall, door.is_datagram, show(door.ports));
  if (worst == Passage::closed) {
    checkup.findings.problem(
        fmt::format("The firewall drops {} over {} to port {}, of {}.", protocol, family, where, door.what), advice);
  } else if (worst == Passage::unclear) {
    checkup.findings.note(
        fmt::format("Whether the firewall lets {} over {} through to port {}, of {}, cannot be told: it "
                    "depends on more than the port.",
                    protocol, family, where, door.what),
        "try it from outside with `turnpike check`; to open it: " + advice);
  } else {
    checkup.findings.ok(fmt::format("The firewall lets {} over {} through to {}.", protocol, family, door.what));
  }
}

std::vector<Door> find_doors(const Checkup& checkup) {
  std::vector<Door> doors;
  for (const AddressFamily family : kAddressFamilies) {
    const bool relays = std::ranges::any_of(checkup.addresses.relays, [&](const auto& relay) {
      return relay.local.family() == family && !is_loopback(relay.local);
    });
    const PortRange& ports = checkup.config().relay.ports;
    if (relays) doors.push_back({fmt::format("relay.ports ({})", show(ports)), true, family, ports});
  }
  for (const ListenUrl& listener : checkup.config().listen) {
    const Endpoint& endpoint = listener.endpoint;
    if (is_loopback(endpoint.address)) continue;
    const bool has_family = std::ranges::any_of(checkup.interfaces, [&](const net::InterfaceAddress& entry) {
      return entry.address.family() == endpoint.address.family() && !entry.loopback && !is_link_local(entry.address);
    });
    if (!has_family) continue;
    doors.push_back({fmt::format("the listener {}", show(listener)),
                     is_datagram(listener.scheme),
                     endpoint.address.family(),
                     {endpoint.port, endpoint.port}});
  }
  return doors;
}

}  // namespace

void examine_firewall(Checkup& checkup) {
  Findings& findings = checkup.findings;
  findings.begin("firewall");
  const Reading reading = read_firewall(checkup.machine);
  if (!reading.is_read) {
    findings.note(reading.is_denied ? "The firewall's rules could not be read."
                                    : "There is no nft and no iptables-save here, so the firewall could not be read.",
                  checkup.machine.user == 0 ? "" : "run this as root");
  } else if (reading.firewall.is_empty()) {
    findings.ok("This machine has no firewall for what arrives.");
  } else {
    for (const Door& door : find_doors(checkup)) examine_door(checkup, reading.firewall, door);
  }
  findings.note("A firewall in front of this machine, such as a cloud's security group, cannot be seen from here.",
                "run `turnpike check` from another network");
}

}  // namespace turnpike::server
