#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <ostream>

#include "server/command_table.hpp"
#include "server/doctor.hpp"
#include "server/doctor_file.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

constexpr const char* kUsualFile = "/etc/turnpike/turnpike.toml";

StunServer parse_stun(const std::string& text) {
  StunServer server{.host = text, .port = 3478};
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool is_bare_v6 = bracket == std::string::npos && text.find(':') != colon;
  if (!is_bare_v6 && colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    server.host = text.substr(0, colon);
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, server.port);
    if (error != std::errc{} || rest != end || server.port == 0) throw WrongCall{"--stun takes HOST or HOST:PORT"};
  }
  if (server.host.starts_with('[') && server.host.ends_with(']'))
    server.host = server.host.substr(1, server.host.size() - 2);
  if (server.host.empty() || server.host.front() == '-') throw WrongCall{"--stun takes HOST or HOST:PORT"};
  return server;
}

void print_json(const Findings& findings, std::ostream& out) {
  namespace json = boost::json;
  json::array list;
  for (const Finding& finding : findings.all()) {
    const std::string_view mark = name_of(finding.mark);
    list.push_back(json::object{{"mark", json::string(mark.data(), mark.size())},
                                {"area", finding.area},
                                {"text", finding.text},
                                {"advice", finding.advice}});
  }
  const json::object whole{
      {"findings", list}, {"problems", findings.count(Mark::problem)}, {"warnings", findings.count(Mark::warning)}};
  out << json::serialize(whole) << '\n';
}

void print_text(const Findings& findings, std::ostream& out) {
  std::string_view area;
  for (const Finding& finding : findings.all()) {
    if (finding.area != area) out << fmt::format("{}{}\n", area.empty() ? "" : "\n", finding.area);
    area = finding.area;
    out << fmt::format("  {:<8} {}\n", name_of(finding.mark), escape_line(finding.text));
    if (!finding.advice.empty()) out << fmt::format("           -> {}\n", escape_line(finding.advice));
  }
  out << fmt::format("\nproblems: {}, warnings: {}\n", findings.count(Mark::problem), findings.count(Mark::warning));
}

void examine(Checkup& checkup) {
  examine_service(checkup);
  examine_secrets(checkup);
  examine_access(checkup);
  examine_database(checkup);
  examine_certificates(checkup);
  examine_addresses(checkup);
  examine_listeners(checkup);
  examine_relay_ports(checkup);
  examine_firewall(checkup);
  examine_limits(checkup);
  examine_clock(checkup);
}

}  // namespace

cxxopts::Options doctor_options() {
  cxxopts::Options options("turnpike doctor",
                           "Looks at this machine and a configuration, and says what stands in the way of calls, what\n"
                           "is unsafe, and what to do. Exit code 1 when there is a problem. As root it sees more. It\n"
                           "asks nobody on the network but the resolver, and the STUN server named here or in\n"
                           "server.external.\n");
  options.add_options()("c,config", fmt::format("the configuration file (default: {}, where there is one)", kUsualFile),
                        cxxopts::value<std::string>(), "FILE")(
      "stun", "ask this STUN server how the world sees this one", cxxopts::value<std::string>(), "HOST:PORT")(
      "json", "print the findings as JSON")("h,help", "this text");
  return options;
}

ExitCode run_doctor(const cxxopts::ParseResult& parsed, CommandWorld& caller) {
  CommandWorld world = caller;
  world.environment = with_service_credentials(std::move(world.environment));
  const Machine machine = world.machine();
  std::optional<StunServer> stun;
  if (parsed.count("stun") != 0) stun = parse_stun(parsed["stun"].as<std::string>());
  std::string path;
  if (parsed.count("config") != 0) {
    path = parsed["config"].as<std::string>();
  } else if (machine.look_at(kUsualFile)) {
    path = kUsualFile;
  }
  Findings findings;
  if (const auto file = examine_file(path, world, machine, findings)) {
    Checkup checkup = begin_checkup(world, machine, file->loaded, file->root, findings);
    checkup.stun = stun;
    examine(checkup);
  }
  if (parsed.count("json") != 0) {
    print_json(findings, world.out);
  } else {
    print_text(findings, world.out);
  }
  return findings.count(Mark::problem) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace turnpike::server
