#include "server/command_check_report.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <chrono>
#include <ostream>

#include "server/printable_text.hpp"
#include "turnpike/control/time_text.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// Rounded to microseconds: more digits would only look exact.
json::value milliseconds_json(const std::optional<Duration>& duration) {
  if (!duration) return nullptr;
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(*duration).count()) / 1000.0;
}

std::string_view word_of(probe::Mark mark) noexcept {
  switch (mark) {
    case probe::Mark::ok: return "ok";
    case probe::Mark::warning: return "warn";
    case probe::Mark::failed: return "FAIL";
    case probe::Mark::skipped: break;
  }
  return "-";
}

json::string text_json(std::string_view text) {
  const std::string safe = escape_line(text);
  return json::string(safe.data(), safe.size());
}

json::value address_json(const std::optional<Endpoint>& endpoint) {
  if (!endpoint) return nullptr;
  return text_json(endpoint->to_string());
}

json::object step_json(const probe::Step& step) {
  json::object object{{"name", text_json(name_of(step.name))},
                      {"result", text_json(name_of(step.mark))},
                      {"milliseconds", milliseconds_json(step.took)},
                      {"text", text_json(step.text)}};
  if (step.reason != probe::Reason::none) object["reason"] = text_json(name_of(step.reason));
  if (step.code) object["code"] = static_cast<unsigned>(*step.code);
  return object;
}

json::object certificate_json(const net::PeerCertificate& certificate) {
  json::array hosts;
  for (const std::string& host : certificate.hosts) hosts.emplace_back(text_json(host));
  return {{"hosts", std::move(hosts)},
          {"issuer", text_json(certificate.issuer)},
          {"notBefore", text_json(control::show_time(certificate.not_before))},
          {"notAfter", text_json(control::show_time(certificate.not_after))},
          {"trusted", certificate.fault == net::CertificateFault::none}};
}

json::object echoes_json(const probe::EchoCount& count) {
  return {{"sent", count.sent}, {"returned", count.returned}, {"milliseconds", milliseconds_json(count.median)}};
}

json::object path_json(const probe::PathReport& path) {
  json::array steps;
  for (const probe::Step& step : path.steps) steps.emplace_back(step_json(step));
  const probe::Facts& facts = path.facts;
  json::object object{{"transport", text_json(name_of(path.transport))},
                      {"server", address_json(facts.server)},
                      {"mapped", address_json(facts.mapped)},
                      {"relayed", address_json(facts.relayed)},
                      {"realm", text_json(facts.realm)},
                      {"software", text_json(facts.software)},
                      {"milliseconds", milliseconds_json(facts.round_trip)},
                      {"steps", std::move(steps)}};
  if (facts.certificate) object["certificate"] = certificate_json(*facts.certificate);
  if (!facts.tls_version.empty()) object["tls"] = text_json(facts.tls_version);
  if (facts.small.sent > 0)
    object["packets"] = json::object{{"64", echoes_json(facts.small)}, {"1200", echoes_json(facts.large)}};
  return object;
}

}  // namespace

std::string CheckPrinter::paint(std::string_view text, probe::Mark mark) const {
  if (!has_colours_) return std::string(text);
  switch (mark) {
    case probe::Mark::ok: return fmt::format("\x1b[32m{}\x1b[0m", text);
    case probe::Mark::warning: return fmt::format("\x1b[33m{}\x1b[0m", text);
    case probe::Mark::failed: return fmt::format("\x1b[31m{}\x1b[0m", text);
    case probe::Mark::skipped: break;
  }
  return std::string(text);
}

void CheckPrinter::print_step(const probe::ServerUri& uri, probe::Transport transport, const probe::Step& step) {
  const std::pair heading{uri.to_string(), transport};
  if (heading_ != heading) {
    out_ << fmt::format("{}{} over {}\n", heading_ ? "\n" : "", heading.first, name_of(transport));
    heading_ = heading;
  }
  out_ << fmt::format("  {} {:<15} {:>8.1f} ms  {}\n", paint(fmt::format("{:<4}", word_of(step.mark)), step.mark),
                      name_of(step.name), milliseconds(step.took), escape_line(step.text))
       << std::flush;
}

void CheckPrinter::print_verdict(const JudgedReport& judged) {
  const bool is_good = judged.verdict.fault == probe::Fault::none;
  out_ << fmt::format(
      "\n{}: {}\n  {}\n", judged.report->uri.to_string(),
      paint(is_good ? "ok" : name_of(judged.verdict.fault), is_good ? probe::Mark::ok : probe::Mark::failed),
      escape_line(judged.explanation));
  for (const std::string& advice : judged.advice) out_ << fmt::format("  * {}\n", escape_line(advice));
}

json::object to_json(const JudgedReport& judged) {
  json::array paths;
  for (const probe::PathReport& path : judged.report->paths) paths.emplace_back(path_json(path));
  json::array advice;
  for (const std::string& each : judged.advice) advice.emplace_back(text_json(each));
  return {{"uri", text_json(judged.report->uri.to_string())},
          {"fault", text_json(name_of(judged.verdict.fault))},
          {"verdict", text_json(judged.explanation)},
          {"advice", std::move(advice)},
          {"paths", std::move(paths)}};
}

}  // namespace turnpike::server
