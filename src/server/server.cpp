#include "server/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>
#include <utility>

#include "server/clock.hpp"
#include "server/control_settings_builder.hpp"
#include "server/core_config_builder.hpp"
#include "server/listeners.hpp"
#include "server/statistics_report.hpp"
#include "turnpike/net/interfaces.hpp"

namespace turnpike::server {
namespace {

constexpr std::chrono::milliseconds kDrainPoll{50};
constexpr std::uint32_t kMaxWorkers = 64;
constexpr int kControlNiceness = 5;

std::uint32_t worker_count(const Config& config) {
  if (config.server.workers != 0) return config.server.workers;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxWorkers);
}

RuntimeAddresses find_addresses(const Config& config) {
  const auto interfaces = net::list_interface_addresses();
  if (!interfaces) throw std::runtime_error("cannot list network interfaces: " + interfaces.error().message());
  RuntimeAddresses addresses =
      resolve_addresses(config, *interfaces, detect_default_addresses(*interfaces, probe_default_route));
  if (addresses.relays.empty()) throw std::runtime_error("no address to relay from: set [relay] addresses");
  return addresses;
}

RelaySockets::Options relay_options(const Config& config, const RuntimeAddresses& addresses, std::uint32_t worker,
                                    std::uint32_t workers) {
  RelaySockets::Options options;
  for (const auto& mapping : addresses.relays) options.addresses.push_back(mapping.local);
  options.ports = {config.relay.ports.first, config.relay.ports.last};
  options.worker = worker;
  options.workers = workers;
  options.socket.report_errors = true;
  options.socket.receive_buffer = static_cast<int>(config.limits.relay_receive_buffer.bytes);
  options.socket.send_buffer = static_cast<int>(config.limits.relay_send_buffer.bytes);
  return options;
}

Streams::Options stream_options(const Config& config, std::uint32_t workers) {
  const auto share = [workers](std::uint32_t all) { return std::max(1U, all / workers); };
  return {.max_streams = share(config.limits.connections),
          .max_unproven = share(config.limits.handshakes),
          .handshake_timeout = config.limits.handshake,
          .message_timeout = config.limits.first_message,
          .queue_bytes = static_cast<std::size_t>(config.limits.stream_queue.bytes)};
}

net::DtlsServer::Options dtls_options(const Config& config, std::uint32_t workers) {
  const auto share = [workers](std::uint32_t all) { return std::max(1U, all / workers); };
  return {.max_handshakes = share(config.limits.handshakes),
          .max_associations = share(config.limits.connections),
          .handshake_timeout = config.limits.handshake,
          .idle_timeout = config.limits.first_message};
}

control::HttpOptions http_options(const Config& config) {
  control::HttpOptions options;
  options.max_sessions = config.limits.http_sessions;
  return options;
}

}  // namespace

Server::Server(Config config, Options options, std::shared_ptr<const EventLog> log)
    : config_(std::move(config)),
      read_config_(config_),
      reread_(std::move(options.reread)),
      started_(sample_now()),
      log_(std::move(log)),
      made_up_secret_(make_up_secret(random_)),
      masker_(config_.log.addresses, random_),
      signals_(control_, SIGTERM, SIGINT, SIGHUP),
      drain_timer_(control_),
      statistics_timer_(control_),
      certificate_timer_(control_),
      second_timer_(control_),
      reports_(
          control_, [this](control::HttpStream stream) { control_plane_->serve(std::move(stream)); }, *log_, masker_),
      store_(config_.auth.database),
      workers_(control_) {
  configured_ = started_.wall;
  const std::uint32_t count = worker_count(config_);
  load_certificates(std::move(options.tls));
  auto listeners = bind_listeners(config_, count, options.listeners_chosen, tls_ != nullptr);
  addresses_ = find_addresses(config_);
  quota_ = std::make_unique<SharedQuotaLedger>(make_quota_limits(config_));
  error_ration_ = std::make_unique<turn::ErrorRation>(config_.limits.errors_per_second, KeyedHash::draw_key(random_));
  StoreWatch::News database = store_.poll(started_.wall);
  if (database.contents) stored_users_ = database.contents->users;
  core_config_ = build_core_config();
  const Worker::Surroundings surroundings{*quota_, *error_ration_, reports_, workers_.all()};
  for (std::uint32_t i = 0; i < count; ++i) {
    workers_.all().push_back(std::make_unique<Worker>(
        Worker::Options{i, relay_options(config_, addresses_, i, count), stream_options(config_, count),
                        dtls_options(config_, count), core_config_},
        surroundings));
    workers_.all().back()->set_tls(tls_);
    workers_.all().back()->add_listeners(std::move(listeners[i]));
  }
  control_plane_ = std::make_unique<control::ControlPlane>(
      control::ControlPlane::Environment{
          control_, *this, random_, sample_now,
          [this](const control::StoredRevocation& revocation) { return store_.keep(revocation); }},
      http_options(config_), build_control_settings());
  take_news(std::move(database));
}

Server::~Server() {
  for (const auto& worker : workers_.all()) worker->stop();
}

void Server::run() {
  open_admin_socket();
  for (const auto& worker : workers_.all()) worker->start();
  // After the workers, which would inherit it: a scrape must not take a relaying thread's turn.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kControlNiceness));
  phase_ = Phase::serving;
  wait_for_signal();
  schedule_statistics();
  watch_certificates();
  watch_each_second();
  log_->write(LogLevel::info, "serving",
              {{"workers", workers_.size()}, {"listeners", config_.listen.size()}, {"realm", config_.server.realm}});
  const auto work =
      boost::asio::make_work_guard(control_);  // while stopping the loop may have nothing but answers to await
  run_control_loop();
}

// What a request makes fail costs that request (its client gets 503 in time), and not the server.
void Server::run_control_loop() {
  while (!control_.stopped()) {
    try {
      control_.run();
    } catch (const std::exception& error) {
      log_->write(LogLevel::error, "the control loop goes on after an error", {{"reason", error.what()}});
    }
  }
}

// The server is worth running without it: it only serves the command line. May throw std::runtime_error.
void Server::open_admin_socket() {
  const std::string& path = config_.api.admin_socket;
  if (path.empty()) return;
  std::error_code ignored;  // systemd makes /run/turnpike; started by hand, we do
  std::filesystem::create_directory(std::filesystem::path(path).parent_path(), ignored);
  auto opened = control::AdminSocket::open(
      control_, path, [this](control::HttpStream stream) { control_plane_->serve(std::move(stream)); });
  if (opened) {
    admin_socket_ = std::move(*opened);
  } else if (opened.error() == boost::system::errc::address_in_use) {
    // Two servers would share the clients between them, and every command would reach one of them only.
    throw std::runtime_error("a server listens on the admin socket " + path +
                             " already: set api.admin_socket for another");
  } else {
    log_->write(LogLevel::warn, "no admin socket: `turnpike sessions` and its like will not reach this server",
                {{"path", path}, {"reason", opened.error().message()}});
  }
}

void Server::wait_for_signal() {
  signals_.async_wait([this](const error_code& error, int signal) {
    if (error) return;
    on_signal(signal);
    if (phase_ != Phase::ending) wait_for_signal();
  });
}

void Server::on_signal(int signal) {
  if (signal == SIGHUP) {
    reload([](const control::ReloadOutcome&) {});
    return;
  }
  if (phase_ == Phase::draining) {
    end();
  } else if (phase_ == Phase::serving) {
    start_draining([] {});
  }
}

void Server::start_draining(std::function<void()> answer) {
  if (phase_ != Phase::serving) return answer();
  phase_ = Phase::draining;
  log_->write(LogLevel::info, "stopping", {{"deadline_ms", config_.server.drain_deadline.count()}});
  drain_deadline_ = sample_now().mono + config_.server.drain_deadline;
  control_plane_->start_draining();
  workers_.ask(
      [](Worker& worker) {
        worker.start_draining();
        return true;
      },
      [answer = std::move(answer)](bool, std::size_t missing) {
        if (missing == 0) answer();
      });
  poll_drain();
}

void Server::poll_drain() {
  auto live = std::make_shared<std::size_t>(0);
  workers_.ask([](Worker& worker) { return worker.allocation_count(); },
               [this, live](std::size_t count, std::size_t missing) {
                 *live += count;
                 if (missing > 0 || phase_ != Phase::draining) return;
                 if (*live == 0 || sample_now().mono >= drain_deadline_) return end();
                 drain_timer_.expires_after(kDrainPoll);
                 drain_timer_.async_wait([this](const error_code& error) {
                   if (!error && phase_ == Phase::draining) poll_drain();
                 });
               });
}

void Server::end() {
  phase_ = Phase::ending;
  drain_timer_.cancel();
  statistics_timer_.cancel();
  certificate_timer_.cancel();
  second_timer_.cancel();
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

void Server::schedule_statistics() {
  if (config_.log.statistics_interval.count() == 0) return;
  statistics_timer_.expires_after(config_.log.statistics_interval);
  statistics_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    auto sum = std::make_shared<WorkerStatistics>();
    workers_.ask([](Worker& worker) { return worker.statistics(); },
                 [this, sum](const WorkerStatistics& statistics, std::size_t missing) {
                   *sum += statistics;
                   if (missing == 0) log_statistics(*sum);
                 });
    schedule_statistics();
  });
}

}  // namespace turnpike::server
