#include <fmt/format.h>

#include <algorithm>

#include "server/doctor.hpp"

namespace turnpike::server {
namespace {

using Mapping = RuntimeAddresses::Mapping;

bool is_here(const Checkup& checkup, const IpAddress& address) {
  return std::ranges::find(checkup.interfaces, address, &net::InterfaceAddress::address) != checkup.interfaces.end();
}

std::string show(const StunServer& server) {
  return server.host.find(':') == std::string::npos ? fmt::format("{}:{}", server.host, server.port)
                                                    : fmt::format("[{}]:{}", server.host, server.port);
}

/// How `server` sees a socket of `local`; nothing when it gave no answer, which has been said then.
std::optional<IpAddress> ask(Checkup& checkup, const StunServer& server, const IpAddress& local) {
  const auto addresses = resolve_name(checkup.machine, server.host);
  const auto fits = [&](const IpAddress& address) { return address.family() == local.family(); };
  const auto target = std::ranges::find_if(addresses, fits);
  if (target == addresses.end()) {
    checkup.findings.note(
        fmt::format("{} has no address of the family of {}, so it was not asked.", server.host, local.to_string()));
    return std::nullopt;
  }
  const Result<IpAddress> seen = checkup.machine.ask_stun({*target, server.port}, local);
  if (seen) return *seen;
  checkup.findings.warning(fmt::format("The STUN server {} gave no answer to {}: {}.", show(server), local.to_string(),
                                       seen.error().message()),
                           "let UDP out to it, or name another one with --stun HOST:PORT");
  return std::nullopt;
}

std::string external_key(const IpAddress& external, const IpAddress& local) {
  return fmt::format("in [server] set external = [\"{}/{}\"]", external.to_string(), local.to_string());
}

void compare(Checkup& checkup, const Mapping& relay, const IpAddress& seen, const StunServer& server) {
  Findings& findings = checkup.findings;
  const std::string advice = external_key(seen, relay.local);
  if (seen == relay.external) {
    findings.ok(fmt::format("{} sees the relay address {} as {}, as configured.", show(server), relay.local.to_string(),
                            seen.to_string()));
  } else if (relay.external == relay.local) {
    findings.problem(fmt::format("The relay address {} is seen as {} by {}, and server.external does not say so: "
                                 "nothing that is sent to it arrives.",
                                 relay.local.to_string(), seen.to_string(), show(server)),
                     advice);
  } else {
    findings.problem(fmt::format("server.external says {}, but {} sees {}.", relay.external.to_string(), show(server),
                                 seen.to_string()),
                     advice);
  }
}

/// What can be told of a relay address without asking anybody.
void judge_alone(Checkup& checkup, const Mapping& relay) {
  Findings& findings = checkup.findings;
  const std::string text = relay.external.to_string();
  if (is_public(relay.external)) {
    if (relay.external == relay.local) return findings.ok(fmt::format("Relays from {}, a public address.", text));
    return findings.ok(
        fmt::format("Relays from {}, which the world is told to see as {}.", relay.local.to_string(), text));
  }
  if (is_loopback(relay.external)) {
    findings.warning(fmt::format("The relay address {} can be reached from this machine alone.", text),
                     "set relay.addresses to an address of the network");
  } else if (relay.external != relay.local) {
    findings.warning(fmt::format("server.external names {}, which the internet cannot reach either.", text),
                     "name the public address; --stun HOST:PORT asks a server of your choice for it");
  } else if (relay.local.is_v4()) {
    findings.problem(fmt::format("The relay address {} is private and server.external is not set: people on the "
                                 "internet cannot be reached through it.",
                                 text),
                     fmt::format("in [server] set external = [\"PUBLIC/{}\"] with your public address (for a server of "
                                 "this network alone: external = [\"{}/{}\"])",
                                 text, text, text));
  } else {
    findings.warning(fmt::format("The relay address {} is for this network only.", text),
                     "give the machine a public IPv6 address, or set relay.families = [\"ipv4\"]");
  }
}

/// A private address that the file names as its own external one is meant: the server of a closed network.
bool is_meant(const Checkup& checkup, const Mapping& relay) {
  return std::ranges::any_of(checkup.config().server.external, [&](const ExternalAddress& entry) {
    return entry.fixed() != nullptr && *entry.fixed() == relay.local && entry.stands_for(relay.local);
  });
}

void examine_relays(Checkup& checkup) {
  if (checkup.addresses.relays.empty() && checkup.addresses.asked.empty()) {
    checkup.findings.problem("There is no address to relay from: every Allocate is refused.",
                             "set relay.addresses, or give this machine an address");
  }
  for (const Mapping& relay : checkup.addresses.relays) {
    if (!is_loopback(relay.local) && !is_here(checkup, relay.local)) {
      checkup.findings.problem(
          fmt::format("The relay address {} is on no interface of this machine.", relay.local.to_string()),
          "correct relay.addresses, or the part behind the slash in server.external");
    } else if (const auto seen = checkup.stun ? ask(checkup, *checkup.stun, relay.local) : std::nullopt) {
      compare(checkup, relay, *seen, *checkup.stun);
    } else if (!is_meant(checkup, relay)) {
      judge_alone(checkup, relay);
    } else {
      checkup.findings.ok(fmt::format("Relays from {} within this network.", relay.local.to_string()));
    }
  }
}

/// What the server itself looks up: whether that works now.
void examine_questions(Checkup& checkup) {
  for (const ExternalQuestion& question : checkup.addresses.asked) {
    if (const auto* server = std::get_if<StunServer>(&question.source)) {
      if (const auto seen = ask(checkup, *server, question.local)) {
        checkup.findings.ok(fmt::format("{} sees {} as {}; the server finds that out by itself.", show(*server),
                                        question.local.to_string(), seen->to_string()));
      }
      continue;
    }
    const std::string& name = std::get<HostName>(question.source).name;
    const auto found = resolve_name(checkup.machine, name);
    const auto fits = std::ranges::any_of(
        found, [&](const IpAddress& address) { return address.family() == question.local.family(); });
    if (fits) {
      checkup.findings.ok(
          fmt::format("server.external names {}, which has an address for {}.", name, question.local.to_string()));
    } else {
      checkup.findings.problem(
          fmt::format("server.external names {}, which has no address for {}.", name, question.local.to_string()),
          fmt::format("getent ahosts {} must print one", name));
    }
  }
}

void examine_host(Checkup& checkup) {
  const std::string& host = checkup.config().server.host;
  Findings& findings = checkup.findings;
  if (host.empty()) {
    findings.note("server.host is empty: ICE server URLs name addresses, and TLS clients need a name.",
                  "set server.host to the name of this server");
    return;
  }
  const auto found = resolve_name(checkup.machine, host);
  if (found.empty()) {
    findings.problem(fmt::format("{}, the name in server.host, has no address.", host),
                     fmt::format("make DNS records A and AAAA for {}; getent ahosts {} must print them", host, host));
    return;
  }
  for (const IpAddress& address : found) {
    const bool is_external =
        std::ranges::any_of(checkup.addresses.relays, [&](const Mapping& relay) { return relay.external == address; });
    if (is_external || is_here(checkup, address)) {
      findings.ok(fmt::format("{} leads to {}, an address of this server.", host, address.to_string()));
    } else if (checkup.addresses.asked.empty()) {
      findings.warning(fmt::format("{} leads to {}, which is no address of this server.", host, address.to_string()),
                       "correct its DNS records (behind a load balancer that is as it should be)");
    }
  }
}

void examine_ipv6(Checkup& checkup) {
  const bool has_address = std::ranges::any_of(checkup.interfaces, [](const net::InterfaceAddress& entry) {
    return entry.address.is_v6() && is_public(entry.address);
  });
  const bool has_listener = std::ranges::any_of(
      checkup.config().listen, [](const ListenUrl& listener) { return listener.endpoint.address.is_v6(); });
  if (has_address && !has_listener) {
    checkup.findings.note("This machine has a public IPv6 address, but no listener for it.",
                          "add [[listen]] url = \"udp://[::]:3478\" and url = \"tcp://[::]:3478\"");
  }
  if (has_address && !checkup.addresses.relays_family(AddressFamily::ipv6)) {
    checkup.findings.note("This machine has a public IPv6 address, but does not relay IPv6.",
                          "add \"ipv6\" to relay.families, and the address to relay.addresses if that is set");
  }
}

}  // namespace

void examine_addresses(Checkup& checkup) {
  checkup.findings.begin("addresses");
  examine_relays(checkup);
  examine_questions(checkup);
  if (!checkup.stun && checkup.addresses.asked.empty()) {
    checkup.findings.note("No STUN server was asked how the world sees this one, because none was named.",
                          "name one that you trust: --stun HOST:PORT");
  }
  examine_host(checkup);
  examine_ipv6(checkup);
}

}  // namespace turnpike::server
