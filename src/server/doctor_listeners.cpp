#include <fmt/format.h>

#include <algorithm>

#include "server/config_values.hpp"
#include "server/doctor.hpp"

namespace turnpike::server {
namespace {

namespace errc = boost::system::errc;

constexpr std::uint64_t kFirstUnprivileged = 1024;

bool is_served(const Checkup& checkup, const ListenUrl& listener) {
  return std::ranges::find(checkup.served, show(listener)) != checkup.served.end();
}

std::string who_has(const ListenUrl& listener) {
  return fmt::format("ss -{}np 'sport = :{}' as root says who; end it, or choose another port in [[listen]]",
                     is_datagram(listener.scheme) ? "lu" : "lt", listener.endpoint.port);
}

void examine_listener(Checkup& checkup, const ListenUrl& listener) {
  Findings& findings = checkup.findings;
  const std::string url = show(listener);
  const error_code error = checkup.machine.try_bind(is_datagram(listener.scheme), listener.endpoint);
  if (!error) {
    findings.ok(fmt::format("{} is free.", url));
  } else if (error != errc::address_in_use) {
    if (error == errc::permission_denied) {
      findings.note(fmt::format("{} needs a privilege that whoever runs this does not have.", url),
                    "the packaged service has it (AmbientCapabilities=CAP_NET_BIND_SERVICE)");
    } else if (error == errc::address_not_available) {
      findings.problem(fmt::format("{}: no interface of this machine has this address.", url),
                       "correct the address in [[listen]]; 0.0.0.0 and [::] stand for all");
    } else {
      findings.problem(fmt::format("{} cannot be opened: {}.", url, error.message()),
                       "correct or remove it in [[listen]]");
    }
  } else if (is_served(checkup, listener)) {
    findings.ok(fmt::format("{} is served by the running turnpike.", url));
  } else if (checkup.service.has_socket) {
    findings.ok(fmt::format("{} is held by systemd for turnpike.", url));
  } else {
    const bool may_be_ours = checkup.served.empty() && checkup.service.is_active;
    if (may_be_ours) {
      findings.note(fmt::format("{} is taken, most likely by the running service, which did not answer.", url),
                    who_has(listener));
    } else {
      findings.problem(fmt::format("{} is taken by another program.", url), who_has(listener));
    }
  }
}

void examine_privilege(Checkup& checkup) {
  const std::uint64_t first =
      read_sysctl(checkup.machine, "net/ipv4/ip_unprivileged_port_start").value_or(kFirstUnprivileged);
  const bool has_low = std::ranges::any_of(checkup.config().listen,
                                           [&](const ListenUrl& listener) { return listener.endpoint.port < first; });
  if (!has_low || checkup.machine.user != 0 || checkup.service.is_known) return;
  checkup.findings.note(
      fmt::format("Ports below {} need CAP_NET_BIND_SERVICE, which only root has without a unit.", first),
      "give the service AmbientCapabilities=CAP_NET_BIND_SERVICE, as systemd/turnpike.service does");
}

}  // namespace

void examine_listeners(Checkup& checkup) {
  checkup.findings.begin("listeners");
  for (const ListenUrl& listener : checkup.config().listen) examine_listener(checkup, listener);
  examine_privilege(checkup);
}

}  // namespace turnpike::server
