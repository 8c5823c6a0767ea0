#include "server/doctor.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "server/admin_call.hpp"

namespace turnpike::server {

std::string_view name_of(Mark mark) noexcept {
  switch (mark) {
    case Mark::ok: return "ok";
    case Mark::note: return "note";
    case Mark::warning: return "warning";
    case Mark::problem: break;
  }
  return "problem";
}

void Findings::add(Mark mark, std::string text, std::string advice) {
  all_.push_back({mark, area_, std::move(text), std::move(advice)});
}

std::size_t Findings::count(Mark mark) const noexcept {
  return static_cast<std::size_t>(std::ranges::count(all_, mark, &Finding::mark));
}

bool Findings::is_area_clean() const noexcept {
  return std::ranges::none_of(all_, [this](const Finding& finding) {
    return finding.area == area_ && (finding.mark == Mark::warning || finding.mark == Mark::problem);
  });
}

std::vector<IpAddress> resolve_name(const Machine& machine, const std::string& name) {
  std::vector<IpAddress> found;
  if (const auto address = IpAddress::parse(name)) return {*address};
  const auto answer = machine.run({"getent", "ahosts", name});
  if (!answer || answer->code != 0) return found;
  std::istringstream lines(answer->text);
  for (std::string line; std::getline(lines, line);) {
    const auto address = IpAddress::parse(line.substr(0, line.find(' ')));
    if (address && std::ranges::find(found, *address) == found.end()) found.push_back(*address);
  }
  return found;
}

std::optional<std::uint64_t> read_sysctl(const Machine& machine, const std::string& name) {
  const Result<std::string> text = machine.read_file("/proc/sys/" + name);
  std::uint64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

namespace {

/// Those that the running server says it has; empty when there is none, or when it does not talk to us.
std::vector<std::string> ask_for_listeners(CommandWorld& world, const std::string& socket) {
  if (socket.empty() || !world.ask_server) return {};
  const Result<AdminAnswer> answer = world.ask_server(socket, {"GET", "/api/v1/status"});
  if (!answer || answer->status != 200) return {};
  return texts_of(object_of(*answer), "listeners");
}

}  // namespace

Checkup begin_checkup(CommandWorld& world, const Machine& machine, const LoadedConfig& loaded, const TomlNode& root,
                      Findings& findings) {
  Checkup checkup{.world = world,
                  .machine = machine,
                  .loaded = loaded,
                  .root = root,
                  .stun = std::nullopt,
                  .interfaces = world.interfaces(),
                  .addresses = {},
                  .service = {},
                  .served = ask_for_listeners(world, loaded.config.api.admin_socket),
                  .findings = findings};
  checkup.addresses = resolve_addresses(loaded.config, checkup.interfaces,
                                        detect_default_addresses(checkup.interfaces, world.route_probe));
  return checkup;
}

}  // namespace turnpike::server
