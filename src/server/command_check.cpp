#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "server/clock.hpp"
#include "server/command_check_report.hpp"
#include "server/command_check_targets.hpp"
#include "server/command_store.hpp"
#include "server/command_table.hpp"
#include "server/config_values.hpp"
#include "server/printable_text.hpp"
#include "turnpike/probe/server_check.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr Seconds kMaxPatience{60};

CheckTrust find_trust(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  CheckTrust trust{.trusted_pem = "", .is_insecure = parsed.count("insecure") != 0, .patience = Seconds{5}};
  if (const auto path = find_text(parsed, "ca")) {
    const auto text = world.environment.read_file(*path);
    if (!text) throw WrongCall{fmt::format("--ca: cannot read {}: {}", *path, text.error().message())};
    if (text->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
      throw WrongCall{fmt::format("--ca: there is no certificate in {} (-----BEGIN CERTIFICATE-----)", *path)};
    }
    trust.trusted_pem = *text;
  }
  if (const auto text = find_text(parsed, "timeout")) {
    const Parsed<Seconds> patience = parse_seconds(*text);
    if (!patience) throw WrongCall{"--timeout: " + escape_line(patience.error().message)};
    if (patience->count() == 0 || *patience > kMaxPatience) throw WrongCall{"--timeout: must be 1s to 60s"};
    trust.patience = *patience;
  }
  return trust;
}

bool wants_colours(CommandWorld& world) {
  return &world.out == &std::cout && ::isatty(STDOUT_FILENO) == 1 && !world.environment.variable("NO_COLOR");
}

probe::CheckContext context_of(const CheckTarget& target, const CheckPlan& plan, CommandWorld& world) {
  return {.now = world.now(),
          .expiry = probe::expiry_of(target.username),
          .is_minted = target.is_minted,
          .is_alive = target.uri.host == plan.answering_host,
          .clock_offset = plan.clock_offset};
}

std::vector<JudgedReport> judge_all(const std::vector<probe::UriReport>& reports, const CheckPlan& plan,
                                    CommandWorld& world) {
  std::vector<JudgedReport> judged;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const probe::CheckContext context = context_of(plan.targets[i], plan, world);
    const probe::Verdict verdict = probe::judge(reports[i], reports, context);
    judged.push_back({&reports[i], verdict, probe::explain(verdict, reports[i], context),
                      probe::advise(verdict, reports[i], context)});
  }
  return judged;
}

std::vector<probe::UriReport> check_all(const CheckPlan& plan, const CheckTrust& trust,
                                        const probe::CheckWorld& check_world) {
  std::vector<probe::UriReport> reports;
  for (const CheckTarget& target : plan.targets) {
    reports.push_back(probe::check_server(target.uri,
                                          {.username = target.username,
                                           .password = target.password,
                                           .trusted_pem = trust.trusted_pem,
                                           .is_insecure = trust.is_insecure,
                                           .patience = trust.patience},
                                          check_world));
  }
  return reports;
}

void print_json(const std::vector<JudgedReport>& judged, std::ostream& out) {
  json::array reports;
  for (const JudgedReport& each : judged) reports.emplace_back(to_json(each));
  out << json::serialize(json::object{{"servers", std::move(reports)}}) << '\n';
}

}  // namespace

cxxopts::Options check_options() {
  cxxopts::Options options(
      "turnpike check",
      "Plays a client against TURN and STUN servers, turnpike or not: connects, allocates, relays packets to itself,\n"
      "over each transport that the URIs name (turn: alone is UDP and TCP), and says what is wrong and what to do.\n"
      "Exit code 0 when all is well, 1 when something failed, 2 when the call was wrong.\n");
  add_target_options(options);
  options.add_options()("ca", "trust the certificates in this PEM file instead of this machine's",
                        cxxopts::value<std::string>(),
                        "FILE")("insecure", "go on when a certificate is not to be trusted")(
      "timeout", "for each step (default: 5s)", cxxopts::value<std::string>(), "DURATION")(
      "json", "print one JSON object at the end instead of lines")(
      "uri", "", cxxopts::value<std::vector<std::string>>(), "URI")("h,help", "this text");
  options.parse_positional({"uri"});
  options.positional_help("URI...");
  return options;
}

ExitCode run_check(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const CheckTrust trust = find_trust(parsed, world);
  const bool wants_json = parsed.count("json") != 0;
  const auto clock = [] { return sample_now().mono; };
  const auto plan = find_targets(parsed, trust, clock, world);
  if (!plan) return ExitCode::failed;
  CheckPrinter printer{world.out, wants_colours(world)};
  probe::CheckWorld check_world{.clock = clock, .wall = world.now, .random = world.random, .on_step = nullptr};
  if (!wants_json) {
    check_world.on_step = [&](const probe::ServerUri& uri, probe::Transport transport, const probe::Step& step) {
      printer.print_step(uri, transport, step);
    };
  }
  const auto reports = check_all(*plan, trust, check_world);
  const auto judged = judge_all(reports, *plan, world);
  if (wants_json) {
    print_json(judged, world.out);
  } else {
    for (const JudgedReport& each : judged) printer.print_verdict(each);
  }
  const bool is_good =
      std::ranges::all_of(judged, [](const JudgedReport& each) { return each.verdict.fault == probe::Fault::none; });
  return is_good ? ExitCode::done : ExitCode::failed;
}

}  // namespace turnpike::server
