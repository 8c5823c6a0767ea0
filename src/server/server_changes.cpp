#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include "server/clock.hpp"
#include "server/config_difference.hpp"
#include "server/control_settings_builder.hpp"
#include "server/core_config_builder.hpp"
#include "server/server.hpp"

// What changes while the server runs: the configuration when it is read again, the database, the workers' state.
namespace turnpike::server {
namespace {

constexpr std::chrono::seconds kEachSecond{1};

std::vector<std::string> report_lines(const LoadedConfig& loaded) {
  std::vector<std::string> lines;
  std::istringstream report(format_report(loaded));
  for (std::string line; std::getline(report, line);) lines.push_back(std::move(line));
  return lines;
}

}  // namespace

std::shared_ptr<const turn::CoreConfig> Server::build_core_config() {
  return make_core_config(config_, addresses_, stored_users_, random_, core_config_.get());
}

control::ControlSettings Server::build_control_settings() {
  return make_control_settings(config_, addresses_, tls_ ? Certificate::present : Certificate::none, random_,
                               made_up_secret_);
}

void Server::distribute_core_config(std::function<void()> then) {
  core_config_ = build_core_config();
  workers_.ask(
      [config = core_config_](Worker& worker) {
        worker.replace_config(config);
        return true;
      },
      [then = std::move(then)](bool, std::size_t missing) {
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

// The configuration -------------------------------------------------------------------------------------------------

control::ReloadOutcome Server::read_configuration() {
  control::ReloadOutcome outcome;
  if (certificates_) report_certificates(certificates_->reload(sample_now().wall));
  if (!reread_) {
    outcome.messages.emplace_back("there is no configuration file to read again");
    return outcome;
  }
  const LoadedConfig loaded = reread_();
  if (!loaded.ok()) {
    ++failed_reloads_;
    outcome.messages = report_lines(loaded);
    log_->write(LogLevel::error, "reload: the file has mistakes, nothing has changed",
                {{"mistakes", outcome.messages.size()}, {"first", outcome.messages.front()}});
    return outcome;
  }
  outcome.applied = true;
  ++reloads_;
  configured_ = sample_now().wall;
  for (const ConfigDifference& each : find_differences(config_, loaded.config)) {
    if (!each.is_live) continue;
    const bool is_masked = each.before == each.after;  // secrets look alike
    outcome.messages.push_back(each.path + (is_masked ? ": changed" : ": " + each.before + " -> " + each.after));
  }
  waiting_for_restart_.clear();
  // Against the start: the listeners in config_ have the ports that the system chose.
  for (const ConfigDifference& each : find_differences(read_config_, loaded.config)) {
    if (each.is_live) continue;
    waiting_for_restart_.push_back(each.path);
    outcome.messages.push_back(each.path + ": needs a restart");
  }
  config_ = merge_live(config_, loaded.config);
  log_->write(LogLevel::info, "reload: the configuration was read again",
              {{"changes", outcome.messages.size() - waiting_for_restart_.size()},
               {"need_restart", waiting_for_restart_.size()}});
  return outcome;
}

// The workers first: who gets a credential signed with a new secret may use it at once, and when the answer to a reload
// comes, a secret that was taken out is good nowhere any more.
void Server::reload(std::function<void(control::ReloadOutcome)> answer) {
  control::ReloadOutcome outcome = read_configuration();
  if (!outcome.applied) return answer(std::move(outcome));
  quota_->set_limits(make_quota_limits(config_));
  error_ration_->set_rate(config_.limits.errors_per_second);
  auto settings = std::make_shared<control::ControlSettings>(build_control_settings());
  distribute_core_config([this, settings, outcome = std::move(outcome), answer = std::move(answer)] {
    control_plane_->apply(*settings);
    answer(outcome);
  });
}

// Each second -------------------------------------------------------------------------------------------------------

void Server::watch_each_second() {
  second_timer_.expires_after(kEachSecond);  // first: what the database costs is to be seen as lateness
  take_news(store_.poll(sample_now().wall));
  probe_workers();
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
