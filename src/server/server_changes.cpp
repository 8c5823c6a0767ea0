#include <algorithm>
#include <chrono>
#include <utility>

#include "server/clock.hpp"
#include "server/control_settings_builder.hpp"
#include "server/core_config_builder.hpp"
#include "server/server.hpp"

// What changes while the server runs, apart from the file: the database, the workers' state.
namespace turnpike::server {
namespace {

constexpr std::chrono::seconds kEachSecond{1};

}  // namespace

std::shared_ptr<const turn::CoreConfig> Server::build_core_config() {
  auto core = make_core_config(config_, addresses_, stored_users_, random_, core_config_.get());
  core->alternates = alternates_.snapshot();
  return core;
}

control::ControlSettings Server::build_control_settings() {
  return make_control_settings(config_, addresses_, tls_ ? Certificate::present : Certificate::none, random_,
                               made_up_secret_);
}

void Server::distribute_core_config(std::function<void()> then) {
  const auto previous = std::exchange(core_config_, build_core_config());  // freed here, and not by a worker
  workers_.ask(
      [config = core_config_](Worker& worker) {
        worker.replace_config(config);
        return true;
      },
      [previous, then = std::move(then)](bool, std::size_t missing) {
        if (missing == 0) then();
      });
}

// The database ------------------------------------------------------------------------------------------------------

void Server::take_news(StoreWatch::News news) {
  if (news.failure) {
    log_->write(LogLevel::error, "database: what was read last stays in force", {{"reason", *news.failure}});
  }
  if (news.recovered) log_->write(LogLevel::info, "database: in order again");
  if (news.contents) take_contents(std::move(*news.contents));
}

void Server::take_contents(StoreWatch::Contents contents) {
  stored_keys_ = static_cast<std::size_t>(
      std::ranges::count_if(contents.keys, [](const control::ApiKey& key) { return !key.revoked; }));
  control_plane_->set_stored_keys(std::move(contents.keys));
  if (stored_users_ != contents.users) {
    stored_users_ = std::move(contents.users);
    distribute_core_config([] {});
  }
  std::unordered_set<std::string> revoked;
  auto fresh = std::make_shared<std::vector<control::StoredRevocation>>();
  for (const control::StoredRevocation& each : contents.revocations) {
    revoked.insert(each.username);
    if (!revoked_.contains(each.username)) fresh->push_back(each);
  }
  revoked_ = std::move(revoked);
  if (!fresh->empty()) {
    workers_.tell([fresh = std::shared_ptr<const std::vector<control::StoredRevocation>>(fresh)](Worker& worker) {
      worker.revoke_all(*fresh);
    });
  }
}

// Each second -------------------------------------------------------------------------------------------------------

void Server::watch_each_second() {
  second_timer_.expires_after(kEachSecond);  // first: what the database costs is to be seen as lateness
  take_news(store_.poll(sample_now().wall));
  probe_workers();
  settle_listeners();
  log_->flush();  // what waits for its reader or its disk gets another try
  second_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    const auto late = boost::asio::steady_timer::clock_type::now() - second_timer_.expiry();
    loop_lateness_.record(std::chrono::duration_cast<Duration>(late));
    watch_each_second();
  });
}

// How long a worker takes to come to its mailbox is how long a packet may have waited for its turn.
void Server::probe_workers() {
  auto ports = std::make_shared<std::uint64_t>(0);
  const Instant asked = sample_now().mono;
  struct Reading {
    Duration waited;
    std::uint64_t free_ports;
  };
  workers_.ask(
      [asked](Worker& worker) {
        return Reading{sample_now().mono - asked, worker.free_relay_ports()};
      },
      [this, ports](const Reading& reading, std::size_t missing) {
        mailbox_latency_.record(reading.waited);
        *ports += reading.free_ports;
        if (missing == 0) free_relay_ports_ = *ports;
      });
}

}  // namespace turnpike::server
