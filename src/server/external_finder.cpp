#include "server/external_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/clock.hpp"
#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

std::string show_source(const ExternalQuestion& question) {
  return std::visit([](const auto& source) { return show(ExternalAddress{source, std::nullopt}); }, question.source);
}

std::string_view family_name(AddressFamily family) { return family == AddressFamily::ipv4 ? "IPv4" : "IPv6"; }

using Addresses = Result<std::vector<IpAddress>, std::string>;

/// Those of the family, of which there is at least one.
ExternalAnswer keep_family(const Addresses& found, AddressFamily family) {
  if (!found) return found.error();
  std::vector<IpAddress> kept;
  std::ranges::copy_if(*found, std::back_inserter(kept),
                       [family](const IpAddress& address) { return address.family() == family; });
  if (kept.empty()) return fmt::format("the name has no {} address", family_name(family));
  return kept;
}

/// Without those that cannot be the public address of `local`.
ExternalAnswer keep_plausible(const ExternalAnswer& found, const IpAddress& local,
                              const std::optional<IpAddress>& stun_server) {
  if (!found) return found;
  std::vector<IpAddress> kept;
  std::string complaint;
  for (const IpAddress& address : *found) {
    std::string wrong = complain_about_external(address, local, stun_server);
    if (wrong.empty()) {
      kept.push_back(address);
    } else {
      complaint = std::move(wrong);
    }
  }
  if (kept.empty()) return complaint;
  return kept;
}

}  // namespace

ExternalFinder::ExternalFinder(boost::asio::io_context& context, Random& random, const EventLog& log,
                               std::function<void()> on_change)
    : log_(log), on_change_(std::move(on_change)), names_(context), bindings_(context, random), timer_(context) {}

void ExternalFinder::set_questions(std::span<const ExternalQuestion> questions) {
  watch_.set_questions(questions, sample_now().mono);
  ask_due();
}

void ExternalFinder::ask_again() {
  watch_.ask_again(sample_now().mono);
  ask_due();
}

void ExternalFinder::stop() {
  stopped_ = true;
  timer_.cancel();
}

void ExternalFinder::ask_due() {
  if (stopped_) return;
  for (const ExternalQuestion& question : watch_.take_due(sample_now().mono)) ask(question);
  const auto next = watch_.next_due();
  if (!next) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
  timer_.async_wait([this](const error_code& error) {
    if (!error) ask_due();
  });
}

void ExternalFinder::ask(const ExternalQuestion& question) {
  const AddressFamily family = question.local.family();
  if (const auto* name = std::get_if<HostName>(&question.source)) {
    names_.find(name->name, [this, question, family](const Addresses& found) {
      take(question, keep_plausible(keep_family(found, family), question.local, std::nullopt));
    });
    return;
  }
  const auto& server = std::get<StunServer>(question.source);
  if (const auto address = IpAddress::parse(server.host)) return ask_server(question, {*address, server.port});
  names_.find(server.host, [this, question, family, port = server.port](const Addresses& found) {
    const ExternalAnswer servers = keep_family(found, family);
    if (!servers) return take(question, servers);
    ask_server(question, {servers->front(), port});
  });
}

void ExternalFinder::ask_server(const ExternalQuestion& question, const Endpoint& server) {
  bindings_.async_bind({.server = server, .local = Endpoint{question.local, 0}},
                       [this, question, server](const Result<Endpoint>& mapped) {
                         if (!mapped) return take(question, mapped.error().message());
                         const ExternalAnswer found = std::vector<IpAddress>{mapped->address};
                         take(question, keep_plausible(found, question.local, server.address));
                       });
}

void ExternalFinder::take(const ExternalQuestion& question, const ExternalAnswer& answer) {
  if (stopped_) return;
  const ExternalWatch::Outcome outcome = watch_.on_answer(question, answer, sample_now().mono);
  report(question, answer, outcome);
  if (outcome.kind == ExternalWatch::Outcome::Kind::changed) {
    ++changes_;
    on_change_();
  }
  ask_due();
}

void ExternalFinder::report(const ExternalQuestion& question, const ExternalAnswer& answer,
                            const ExternalWatch::Outcome& outcome) {
  using Kind = ExternalWatch::Outcome::Kind;
  const std::string local = question.local.to_string();
  const std::string asked = show_source(question);
  if (outcome.kind == Kind::failed || outcome.kind == Kind::failed_again) {
    ++failures_;
    // Once; it is tried again and again.
    if (outcome.kind == Kind::failed_again) return;
    const std::string reason = answer ? "no address" : answer.error();
    if (outcome.known()) {
      log_.write(LogLevel::warn, "public address: the check failed, the one known last stays in force",
                 {{"local", local}, {"external", outcome.now->to_string()}, {"asked", asked}, {"reason", reason}});
    } else {
      log_.write(LogLevel::warn, "public address: not found yet, asking again",
                 {{"local", local}, {"asked", asked}, {"reason", reason}});
    }
  } else if (outcome.kind == Kind::changed && outcome.before) {
    log_.write(LogLevel::warn, "public address has changed: new allocations are given the new one",
               {{"local", local},
                {"before", outcome.before->to_string()},
                {"now", outcome.now->to_string()},
                {"asked", asked}});
  } else if (outcome.kind == Kind::changed) {
    log_.write(LogLevel::info, "public address found",
               {{"local", local}, {"external", outcome.now->to_string()}, {"asked", asked}});
  } else if (outcome.recovered) {
    log_.write(LogLevel::info, "public address: the check succeeds again", {{"local", local}, {"asked", asked}});
  }
}

}  // namespace turnpike::server
