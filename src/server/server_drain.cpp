#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "server/clock.hpp"
#include "server/config_values.hpp"
#include "server/server.hpp"
#include "turnpike/control/time_text.hpp"

// How the server stops: it takes nobody new, waits for those it has, and ends.
namespace turnpike::server {
namespace {

constexpr std::chrono::milliseconds kDrainPoll{50};

}  // namespace

void Server::start_draining(std::string deadline, std::function<void(control::DrainOutcome)> answer) {
  std::optional<Drain::Wait> wait;  // nothing was said
  if (deadline == "none") {
    wait.emplace();
  } else if (!deadline.empty()) {
    const Parsed<Milliseconds> parsed = parse_duration(deadline);
    if (!parsed) return answer({"deadline: " + parsed.error().message + ", or \"none\"", {}});
    wait.emplace(*parsed);
  }
  if (phase_ <= Phase::serving) {
    begin_draining(wait.value_or(config_.server.drain_deadline));
  } else if (drain_ && wait) {
    drain_->set_wait(*wait, sample_now());
    log_drain("draining: the deadline has changed");
  }
  tell_drain(std::move(answer));
}

// SIGUSR1 drains as the API does. SIGTERM and SIGINT are a stop: after another drain they hurry it, and twice they end.
void Server::on_drain_signal(bool is_stop) {
  if (phase_ <= Phase::serving) begin_draining(config_.server.drain_deadline);
  if (!is_stop || phase_ != Phase::draining) return;
  if (!drain_->stop(config_.server.drain_deadline, sample_now())) return end("a second signal");
  log_drain("stopping");
}

void Server::begin_draining(Drain::Wait wait) {
  phase_ = Phase::draining;
  drain_.emplace(sample_now(), config_.server.drain_delay, wait);
  log_drain("draining");
  notice_.stopping();
  if (drain_->refuses(sample_now())) refuse_newcomers();
  // Not yet: who gave the order is told before the server may be gone.
  boost::asio::post(control_, [this] { poll_drain(); });
}

// In the mailboxes before any question of poll_drain(): a worker that then has no allocation gets none any more.
void Server::refuse_newcomers() {
  if (std::exchange(refuses_newcomers_, true)) return;
  control_plane_->start_draining();
  workers_.tell([](Worker& worker) { worker.start_draining(); });
}

void Server::poll_drain() {
  if (drain_->refuses(sample_now())) refuse_newcomers();
  auto live = std::make_shared<std::size_t>(0);
  workers_.ask([](Worker& worker) { return worker.allocation_count(); },
               [this, live, counts = refuses_newcomers_](std::size_t count, std::size_t missing) {
                 *live += count;
                 if (missing > 0 || phase_ != Phase::draining) return;
                 if (*live == 0 && counts) return end("no allocation is left");
                 if (drain_->is_due(sample_now())) return end("the deadline");
                 drain_timer_.expires_after(kDrainPoll);
                 drain_timer_.async_wait([this](const error_code& error) {
                   if (!error && phase_ == Phase::draining) poll_drain();
                 });
               });
}

void Server::tell_drain(std::function<void(control::DrainOutcome)> answer) {
  auto outcome = std::make_shared<control::DrainOutcome>();
  if (drain_) outcome->status = drain_->status();
  workers_.ask([](Worker& worker) { return worker.allocation_count(); },
               [outcome, answer = std::move(answer)](std::size_t count, std::size_t missing) {
                 outcome->status.allocations += count;
                 if (missing == 0) answer(std::move(*outcome));
               });
}

void Server::log_drain(std::string_view event) const {
  const control::DrainStatus status = drain_->status();
  log_->write(LogLevel::info, event,
              {{"deadline", status.deadline ? control::show_time(*status.deadline) : std::string("none")}});
}

void Server::end(std::string_view reason) {
  phase_ = Phase::ending;
  log_->write(LogLevel::info, "the drain is over", {{"reason", reason}});
  drain_timer_.cancel();
  statistics_timer_.cancel();
  certificate_timer_.cancel();
  second_timer_.cancel();
  end_watching_world();
  alternates_.stop();
  notice_timer_.cancel();
  signals_.cancel();
  admin_socket_.reset();
  control_plane_->stop();
  auto sum = std::make_shared<WorkerStatistics>();
  workers_.ask(
      [](Worker& worker) {
        worker.end_all_allocations();
        return worker.statistics();
      },
      [this, sum](const WorkerStatistics& statistics, std::size_t missing) {
        *sum += statistics;
        if (missing > 0) return;
        // Every worker has posted its last report before its statistics; give those to the log first.
        boost::asio::post(control_, [this, sum] {
          log_statistics(*sum);
          log_->write(LogLevel::info, "stopped");
          log_->flush();
          control_.stop();
        });
      });
}

}  // namespace turnpike::server
