#include "server/alternate_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace turnpike::server {
namespace {

// Time for two retransmissions; a server that takes longer is of no use to a call either.
constexpr Milliseconds kMostPatience{2000};

bool is_own(const AlternateServer& server, std::span<const Endpoint> own) {
  const auto has = [own](const Endpoint& endpoint) { return std::ranges::find(own, endpoint) != own.end(); };
  return has(server.address) || (server.tls && has(*server.tls));
}

// A refusal is an answer too: there are servers that answer a Binding only to those they know.
bool is_alive(const Result<Endpoint>& mapped) {
  return mapped || mapped.error() == boost::system::errc::protocol_error;
}

}  // namespace

AlternateWatch::AlternateWatch(boost::asio::io_context& loop, Random& random, const EventLog& log,
                               std::function<void()> on_change)
    : loop_(loop), random_(random), log_(log), on_change_(std::move(on_change)), timer_(loop) {}

void AlternateWatch::apply(const Config::Cluster& cluster, std::span<const Endpoint> own) {
  if (stopped_) return;
  interval_ = cluster.health_interval;
  always_ = cluster.redirect == Redirect::always;
  std::vector<State> states;
  for (const AlternateServer& server : cluster.alternates) {
    if (is_own(server, own)) {
      log_.write(LogLevel::error, "cluster.alternates: this is the server itself, and is left out",
                 {{"alternate", server.address.to_string()}});
      continue;
    }
    states.push_back(take_state(server));
  }
  states_ = std::move(states);
  take_snapshot();
  timer_.cancel();
  probe_.reset();
  if (states_.empty()) return;
  probe_ = std::make_unique<probe::BindingProbe>(loop_, random_);
  ask_all();
}

void AlternateWatch::stop() {
  stopped_ = true;
  timer_.cancel();
  probe_.reset();
}

AlternateWatch::State AlternateWatch::take_state(const AlternateServer& server) const {
  const auto known = std::ranges::find(states_, server.address, [](const State& each) { return each.server.address; });
  return known == states_.end() ? State{server} : State{server, known->health, known->misses};
}

void AlternateWatch::ask_all() {
  for (const State& each : states_) {
    const Endpoint server = each.server.address;
    const probe::BindingQuestion question{.server = server, .timeout = std::min(interval_, kMostPatience)};
    probe_->async_bind(question,
                       [this, server](const Result<Endpoint>& mapped) { on_answer(server, is_alive(mapped)); });
  }
  timer_.expires_after(interval_);
  timer_.async_wait([this](const error_code& error) {
    if (!error && probe_) ask_all();
  });
}

void AlternateWatch::on_answer(const Endpoint& server, bool is_there) {
  const auto state = std::ranges::find(states_, server, [](const State& each) { return each.server.address; });
  if (state == states_.end()) return;
  if (is_there) {
    state->misses = 0;
    return set_health(*state, Health::up);
  }
  state->misses = std::min(state->misses + 1, kMostMisses);
  if (state->misses == kMostMisses) set_health(*state, Health::down);
}

void AlternateWatch::set_health(State& state, Health health) {
  if (state.health == health) return;
  const bool counted = std::exchange(state.health, health) == Health::up || health == Health::up;
  if (health == Health::up) {
    log_.write(LogLevel::info, "an alternate server answers", {{"alternate", state.server.address.to_string()}});
  } else {
    log_.write(LogLevel::warn, "an alternate server does not answer, no client is sent there",
               {{"alternate", state.server.address.to_string()}});
  }
  if (!counted) return;
  take_snapshot();
  on_change_();
}

void AlternateWatch::take_snapshot() {
  if (states_.empty()) return snapshot_.reset();
  auto alternates = std::make_shared<turn::Alternates>();
  alternates->always = always_;
  for (const State& each : states_) {
    if (each.health != Health::up) continue;
    alternates->healthy.push_back({each.server.address, each.server.tls, each.server.domain});
  }
  snapshot_ = std::move(alternates);
}

std::string_view to_string(AlternateWatch::Health health) noexcept {
  switch (health) {
    case AlternateWatch::Health::unknown: return "unknown";
    case AlternateWatch::Health::up: return "up";
    case AlternateWatch::Health::down: break;
  }
  return "down";
}

}  // namespace turnpike::server
