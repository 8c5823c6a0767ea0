#include <fmt/format.h>

#include <charconv>
#include <map>
#include <sstream>

#include "server/doctor.hpp"

namespace turnpike::server {
namespace {

constexpr const char* kUnit = "turnpike.service";

std::optional<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// NAME=VALUE lines of `systemctl show`; empty when systemd does not run here.
std::map<std::string, std::string> ask_systemd(const Machine& machine) {
  std::map<std::string, std::string> properties;
  const auto answer = machine.run(
      {"systemctl", "show", kUnit,
       "--property=LoadState,ActiveState,UnitFileState,MainPID,User,SupplementaryGroups,ExecStart,LimitNOFILE"});
  if (!answer || answer->code != 0) return properties;
  std::istringstream lines(answer->text);
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t equals = line.find('='); equals != std::string::npos) {
      properties[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  return properties;
}

ServiceFacts read_service(const Machine& machine, std::map<std::string, std::string> properties) {
  ServiceFacts facts;
  facts.is_known = properties["LoadState"] == "loaded";
  facts.is_active = properties["ActiveState"] == "active";
  facts.is_enabled = properties["UnitFileState"].starts_with("enabled");
  facts.main_pid = static_cast<int>(parse_number(properties["MainPID"]).value_or(0));
  facts.user = properties["User"];
  facts.command = properties["ExecStart"];
  std::istringstream groups(properties["SupplementaryGroups"]);
  for (std::string group; groups >> group;) facts.groups.push_back(group);
  if (facts.is_known) facts.descriptor_limit = parse_number(properties["LimitNOFILE"]);
  const auto socket = machine.run({"systemctl", "is-active", "turnpike.socket"});
  facts.has_socket = socket && socket->code == 0;
  return facts;
}

void report_unit(const ServiceFacts& service, Findings& findings) {
  if (!service.is_known) {
    findings.note("systemd knows no turnpike.service: nothing here starts the server again after a reboot or a crash.",
                  "install the package, or copy systemd/turnpike.service to /etc/systemd/system and run "
                  "`systemctl enable --now turnpike`");
  } else if (!service.is_enabled && !service.has_socket) {
    findings.warning("turnpike.service is not enabled: after a reboot nothing starts it.", "systemctl enable turnpike");
  } else if (!service.is_active) {
    findings.note("turnpike.service is not running.", "systemctl start turnpike; journalctl -u turnpike says why not");
  } else {
    findings.ok("turnpike.service is enabled and runs.");
  }
}

}  // namespace

void examine_service(Checkup& checkup) {
  Findings& findings = checkup.findings;
  findings.begin("service");
  auto properties = ask_systemd(checkup.machine);
  if (properties.empty()) {
    findings.note("systemd does not answer here, so whatever else starts the server was not looked at.");
  } else {
    checkup.service = read_service(checkup.machine, std::move(properties));
    report_unit(checkup.service, findings);
  }
  const std::string& socket = checkup.config().api.admin_socket;
  if (!checkup.served.empty()) {
    findings.ok(fmt::format("A running turnpike answers at {}.", socket));
  } else {
    findings.note(socket.empty() ? "api.admin_socket is empty, so a running turnpike cannot be asked."
                                 : fmt::format("No running turnpike answers at {}.", socket),
                  checkup.machine.user == 0 ? "" : "run this as root to ask a server of another user");
  }
}

void examine_clock(Checkup& checkup) {
  constexpr UnixSeconds kBefore{Seconds{1'735'689'600}};  // 2025-01-01: this program is younger
  Findings& findings = checkup.findings;
  findings.begin("clock");
  if (checkup.world.now() < kBefore) {
    findings.problem("The clock is years behind: every ephemeral credential and certificate is judged wrongly.",
                     "timedatectl set-ntp true");
    return;
  }
  const auto is_kept = checkup.machine.is_clock_kept();
  if (!is_kept) {
    findings.note("Whether the clock is kept right could not be read.");
  } else if (!*is_kept) {
    findings.warning("The kernel says that nothing keeps the clock right; ephemeral credentials expire by it.",
                     "timedatectl set-ntp true (on a virtual machine whose host keeps the clock, nothing)");
  } else {
    findings.ok("The clock is kept right.");
  }
}

}  // namespace turnpike::server
