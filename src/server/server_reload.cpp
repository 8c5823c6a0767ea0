#include <algorithm>
#include <iterator>
#include <sstream>
#include <utility>

#include "server/clock.hpp"
#include "server/config_checks.hpp"
#include "server/config_difference.hpp"
#include "server/control_settings_builder.hpp"
#include "server/core_config_builder.hpp"
#include "server/page_origin.hpp"
#include "server/server.hpp"
#include "server/worker_limits.hpp"

// The configuration read again while the server runs: made ready whole, which may fail and then changes nothing, and
// then taken, which cannot fail. One change at a time; who asks meanwhile waits for the next.
namespace turnpike::server {
namespace {

std::vector<std::string> report_lines(const LoadedConfig& loaded) {
  std::vector<std::string> lines;
  std::istringstream report(format_report(loaded));
  for (std::string line; std::getline(report, line);) lines.push_back(std::move(line));
  return lines;
}

control::ReloadOutcome describe(const std::vector<ConfigDifference>& differences) {
  control::ReloadOutcome outcome{.accepted = true, .messages = {}, .pending = {}};
  for (const ConfigDifference& each : differences) {
    outcome.messages.push_back(each.path + ": " + each.change + (each.is_live ? "" : " (needs a restart)"));
    if (!each.is_live) outcome.pending.push_back(each.path);
  }
  return outcome;
}

bool differs(const std::vector<ConfigDifference>& differences, std::initializer_list<std::string_view> paths) {
  return std::ranges::any_of(
      differences, [&](const ConfigDifference& each) { return std::ranges::find(paths, each.path) != paths.end(); });
}

std::vector<ConfigProblem> find_mistakes(const Config& config) {
  ConfigReport report;
  check_config(config, {}, {}, report);
  std::ranges::sort(report.mistakes);
  return report.mistakes;
}

/// The file was checked whole; of what needs a restart the old values stay, and the rest must go with those.
std::vector<std::string> find_conflicts(const Config& merged, const Config& file,
                                        const std::vector<ConfigDifference>& differences) {
  if (std::ranges::all_of(differences, &ConfigDifference::is_live)) return {};
  std::vector<ConfigProblem> conflicts;
  std::ranges::set_difference(find_mistakes(merged), find_mistakes(file), std::back_inserter(conflicts));
  std::vector<std::string> lines;
  lines.reserve(conflicts.size());
  for (const ConfigProblem& each : conflicts) {
    lines.push_back(each.message + " (as long as the server is not restarted)");
  }
  return lines;
}

/// Datagram listeners that stay and whose clients come another way from now on.
std::vector<Endpoint> find_reformed(const ListenerTable& before, const ListenerTable& after) {
  std::vector<ListenUrl> old = before.urls();
  old.insert(old.end(), before.leaving.begin(), before.leaving.end());
  std::vector<Endpoint> reformed;
  for (const ListenUrl& now : after.urls()) {
    const bool is_reformed =
        is_datagram(now.scheme) && std::ranges::any_of(old, [&](const ListenUrl& each) {
          return is_datagram(each.scheme) && each.endpoint == now.endpoint && each.proxy_protocol != now.proxy_protocol;
        });
    if (is_reformed) reformed.push_back(now.endpoint);
  }
  return reformed;
}

}  // namespace

// Asking ------------------------------------------------------------------------------------------------------------

void Server::reload(control::ReloadMode mode, std::function<void(control::ReloadOutcome)> answer) {
  if (mode == control::ReloadMode::rehearse) return answer(rehearse_reload());
  waiting_reloads_.push_back(std::move(answer));
  if (!is_changing_) run_waiting_reloads();
}

// All who wait get the same: the file as it is now, which is after each of them has asked.
void Server::run_waiting_reloads() {
  const auto callers = std::make_shared<std::vector<ReloadAnswer>>(std::exchange(waiting_reloads_, {}));
  const auto finish = [this, callers](const control::ReloadOutcome& outcome) {
    const auto waiting = std::exchange(*callers, {});
    if (waiting.empty()) return;  // a change that was cut short has been answered
    notice_.reloaded(outcome.accepted || outcome.messages.empty() ? "" : outcome.messages.front());
    for (const ReloadAnswer& answer : waiting) answer(outcome);
    end_change();
  };
  is_changing_ = true;
  notice_.reloading(sample_now().mono);
  PreparedReload prepared;
  try {
    prepared = prepare_reload();
  } catch (const std::exception& error) {  // a listener, a certificate, or no memory
    prepared.outcome = {.accepted = false, .messages = {error.what()}, .pending = {}};
  }
  if (!prepared.outcome.accepted) {
    log_reload(prepared.outcome);
    return finish(prepared.outcome);
  }
  try {
    take_configuration(std::move(prepared), finish);
  } catch (const std::exception& error) {  // no memory; the next reload must not wait for ever
    log_->write(LogLevel::error, "reload: cut short", {{"reason", error.what()}});
    finish({.accepted = false, .messages = {error.what()}, .pending = {}});
  }
}

void Server::end_change() {
  is_changing_ = false;
  if (!waiting_reloads_.empty()) run_waiting_reloads();
}

void Server::log_reload(const control::ReloadOutcome& outcome) {
  if (!outcome.accepted) {
    ++failed_reloads_;
    log_->write(LogLevel::error, "reload: refused, nothing has changed",
                {{"mistakes", outcome.messages.size()}, {"first", outcome.messages.front()}});
    return;
  }
  for (const std::string& message : outcome.messages) log_->write(LogLevel::info, "reload", {{"change", message}});
  log_->write(
      LogLevel::info, "reload: the configuration was read again",
      {{"changes", outcome.messages.size() - outcome.pending.size()}, {"need_restart", outcome.pending.size()}});
}

// Making ready ------------------------------------------------------------------------------------------------------

Server::PreparedReload Server::read_for_reload() const {
  PreparedReload prepared;
  if (!reread_) {
    prepared.outcome.messages.emplace_back("there is no configuration file to read again");
    return prepared;
  }
  LoadedConfig loaded = reread_();
  if (!loaded.ok()) {
    prepared.outcome.messages = report_lines(loaded);
    return prepared;
  }
  prepared.differences = find_differences(read_config_, loaded.config);
  prepared.listeners_chosen = listeners_chosen_ || loaded.sources.contains("listen");
  prepared.running = merge_live(config_, loaded.config);
  prepared.read = merge_live(read_config_, loaded.config);
  auto conflicts = find_conflicts(prepared.running, loaded.config, prepared.differences);
  prepared.outcome = describe(prepared.differences);
  if (!conflicts.empty()) prepared.outcome = {.accepted = false, .messages = std::move(conflicts), .pending = {}};
  return prepared;
}

/// Throws with what is wrong.
void Server::prepare_certificates(PreparedReload& prepared) {
  const Config::Tls& tls = prepared.running.tls;
  prepared.tls = certificates_ ? nullptr : tls_;  // what was made up stays
  if (tls.certificates.empty()) return;
  prepared.keeps_certificates =
      certificates_ && !differs(prepared.differences, {"tls.certificates", "tls.min_version", "tls.alpn"});
  if (prepared.keeps_certificates) {
    prepared.tls = tls_;
    return;
  }
  prepared.certificates = make_certificate_store(tls);
  prepared.tls = prepared.certificates->current();
}

Server::PreparedReload Server::prepare_reload() {
  PreparedReload prepared = read_for_reload();
  if (!prepared.outcome.accepted) return prepared;
  prepare_certificates(prepared);
  const BindOptions options{static_cast<std::uint32_t>(workers_.size()), prepared.listeners_chosen,
                            prepared.tls != nullptr};
  InheritedSockets none;
  prepared.listeners = bind_listeners(listeners_, prepared.running, options, none);
  prepared.running.listen = prepared.listeners.after.urls();
  if (!prepared.keeps_certificates) return prepared;
  // Last: where it fails, everything else is thrown away unused.
  const CertificateStore::Outcome reading = certificates_->reload(sample_now().wall);
  report_certificates(reading);
  if (reading.kind == CertificateStore::Outcome::Kind::failed) {
    prepared.outcome = {.accepted = false, .messages = {"certificates: " + reading.message}, .pending = {}};
  }
  prepared.tls = tls_;
  return prepared;
}

control::ReloadOutcome Server::rehearse_reload() {
  try {
    PreparedReload prepared = read_for_reload();
    if (!prepared.outcome.accepted) return prepared.outcome;
    prepare_certificates(prepared);
    if (prepared.keeps_certificates) static_cast<void>(make_certificate_store(prepared.running.tls));
    if (differs(prepared.differences, {"listen"})) {
      prepared.outcome.messages.emplace_back("listen: whether new listeners can be bound was not tried");
    }
    return prepared.outcome;
  } catch (const std::exception& error) {
    return {.accepted = false, .messages = {error.what()}, .pending = {}};
  }
}

// Taking ------------------------------------------------------------------------------------------------------------

// The workers first: who gets a credential signed with a new secret may use it at once, and when the answer to a reload
// comes, a secret that was taken out is good nowhere any more.
void Server::take_configuration(PreparedReload prepared, std::function<void(const control::ReloadOutcome&)> then) {
  const auto page_before = page_url(config_, tls_ != nullptr);
  ++reloads_;
  configured_ = sample_now().wall;
  waiting_for_restart_ = prepared.outcome.pending;
  config_ = std::move(prepared.running);
  read_config_ = std::move(prepared.read);
  for (const Endpoint& each : find_reformed(listeners_, prepared.listeners.after)) reformed_listeners_.push_back(each);
  listeners_ = std::move(prepared.listeners.after);
  take_certificates(std::move(prepared.certificates), std::move(prepared.tls));
  static_cast<void>(update_addresses());
  alternates_.apply(config_.cluster, list_own_endpoints(addresses_));
  log_->apply(config_.log);
  masker_.set_mode(config_.log.addresses);
  log_reload(prepared.outcome);
  schedule_statistics();
  quota_->set_limits(make_quota_limits(config_));
  error_ration_->set_rate(config_.limits.errors_per_second);
  const auto page = page_url(config_, tls_ != nullptr);
  if (page && page != page_before) log_->write(LogLevel::info, "web page", {{"url", *page}});
  auto settings = std::make_shared<control::ControlSettings>(build_control_settings());
  distribute_configuration(std::move(prepared.listeners.opened),
                           [this, settings, outcome = std::move(prepared.outcome), then = std::move(then)] {
                             try {
                               control_plane_->set_http_options(make_http_options(config_));
                               control_plane_->apply(*settings);
                             } catch (const std::exception& error) {  // no memory; as above
                               log_->write(LogLevel::error, "reload: cut short", {{"reason", error.what()}});
                               return then({.accepted = false, .messages = {error.what()}, .pending = {}});
                             }
                             then(outcome);
                           });
}

/// One task for each worker: nobody serves a new listener by the old rules. The old rules are freed here, and not by
/// the worker that happens to be the last to go by them.
void Server::distribute_configuration(std::vector<WorkerListeners> opened, std::function<void()> then) {
  const auto previous = std::exchange(core_config_, build_core_config());
  const auto arrangement = std::make_shared<const ListenerArrangement>(
      ListenerArrangement{config_.listen, tls_ != nullptr, static_cast<int>(config_.limits.receive_buffer.bytes),
                          static_cast<int>(config_.limits.send_buffer.bytes)});
  const auto limits = make_worker_limits(config_, static_cast<std::uint32_t>(workers_.size()));
  const auto missing = std::make_shared<std::size_t>(workers_.size());
  const auto answered = [this, previous, missing, then = std::move(then)](const std::string& trouble) {
    if (!trouble.empty()) log_->write(LogLevel::error, "reload: a worker could not follow", {{"reason", trouble}});
    if (--*missing == 0) then();
  };
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_.ask_one(
        i,
        [config = core_config_, tls = tls_, arrangement, limits,
         opened = std::move(opened[i])](Worker& worker) mutable {
          std::string trouble;
          const auto attempt = [&trouble](auto step) {
            try {
              step();
            } catch (const std::exception& error) {
              trouble = error.what();
            }
          };
          attempt([&] {
            worker.set_tls(tls);
            worker.set_limits(limits);
            worker.arrange_listeners(*arrangement, std::move(opened));
          });
          // Whatever became of the listeners: a secret that was taken out must not stay good here.
          attempt([&] { worker.replace_config(std::move(config)); });
          return trouble;
        },
        answered);
  }
}

}  // namespace turnpike::server
