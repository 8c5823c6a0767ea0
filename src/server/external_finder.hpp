#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/event_log.hpp"
#include "server/external_watch.hpp"
#include "server/name_lookup.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/probe/binding_probe.hpp"

namespace turnpike::server {

/// Finds the public addresses that must be looked up, by STUN and by name, and goes on asking. What it finds and what
/// fails goes to the log, once. Belongs to the context's one thread.
class ExternalFinder {
 public:
  /// `on_change` is called from the context whenever another address is known than before.
  ExternalFinder(boost::asio::io_context& context, Random& random, const EventLog& log,
                 std::function<void()> on_change);

  void set_interval(Duration interval) noexcept { watch_.set_interval(interval); }
  void set_questions(std::span<const ExternalQuestion> questions);
  /// The network has changed.
  void ask_again();
  void stop();

  [[nodiscard]] std::optional<IpAddress> find(const ExternalQuestion& question) const noexcept {
    return watch_.find(question);
  }
  [[nodiscard]] bool knows_all() const noexcept { return watch_.knows_all(); }
  /// Since the start.
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }

 private:
  void ask_due();
  void ask(const ExternalQuestion& question);
  void ask_server(const ExternalQuestion& question, const Endpoint& server);
  void take(const ExternalQuestion& question, const ExternalAnswer& answer);
  void report(const ExternalQuestion& question, const ExternalAnswer& answer, const ExternalWatch::Outcome& outcome);

  const EventLog& log_;
  std::function<void()> on_change_;
  ExternalWatch watch_;
  NameLookup names_;
  probe::BindingProbe bindings_;
  boost::asio::steady_timer timer_;
  std::uint64_t failures_ = 0;
  std::uint64_t changes_ = 0;
  bool stopped_ = false;
};

}  // namespace turnpike::server
