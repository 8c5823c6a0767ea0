#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/config.hpp"
#include "server/event_log.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/probe/binding_probe.hpp"
#include "turnpike/turn/alternates.hpp"

namespace turnpike::server {

/// Asks the other servers again and again whether they are there, by a STUN Binding over UDP. Clients are sent to none
/// that has not answered yet. On one loop.
class AlternateWatch {
 public:
  enum class Health : std::uint8_t { unknown, up, down };
  struct State {
    AlternateServer server;
    Health health = Health::unknown;
    unsigned misses = 0;  ///< questions without an answer, one after the other
  };
  /// So many misses make a server down; one answer makes it up.
  static constexpr unsigned kMostMisses = 3;

  /// `on_change` is called when snapshot() is another one. All of them outlive the watch.
  AlternateWatch(boost::asio::io_context& loop, Random& random, const EventLog& log, std::function<void()> on_change);

  /// Watches these from now on; does not call on_change. What is known of those that stay is kept; what is one of `own`
  /// is left out, with a line in the log. After stop() it does nothing.
  void apply(const Config::Cluster& cluster, std::span<const Endpoint> own);
  void stop();

  /// For the relay cores; null while none is configured.
  [[nodiscard]] const std::shared_ptr<const turn::Alternates>& snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const std::vector<State>& states() const noexcept { return states_; }

 private:
  [[nodiscard]] State take_state(const AlternateServer& server) const;
  void ask_all();
  void on_answer(const Endpoint& server, bool is_there);
  void set_health(State& state, Health health);
  void take_snapshot();

  boost::asio::io_context& loop_;
  Random& random_;
  const EventLog& log_;
  std::function<void()> on_change_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<probe::BindingProbe> probe_;  // null while nobody is watched
  Milliseconds interval_{};
  bool always_ = false;
  bool stopped_ = false;
  std::vector<State> states_;
  std::shared_ptr<const turn::Alternates> snapshot_;
};

/// "unknown", "up" or "down".
[[nodiscard]] std::string_view to_string(AlternateWatch::Health health) noexcept;

}  // namespace turnpike::server
