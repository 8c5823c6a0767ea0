#include "server/server.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
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
#include "server/worker_limits.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint32_t kMaxWorkers = 64;
constexpr int kControlNiceness = 5;

std::uint32_t worker_count(const Config& config) {
  if (config.server.workers != 0) return config.server.workers;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMaxWorkers);
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

}  // namespace

Server::Server(Config config, Options options, std::shared_ptr<EventLog> log)
    : config_(std::move(config)),
      read_config_(config_),
      listeners_chosen_(options.listeners_chosen),
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
      notice_timer_(control_),
      notice_(std::move(options.manager)),
      reports_(
          control_, [this](control::HttpStream stream) { control_plane_->serve(std::move(stream)); }, *log_, masker_),
      store_(config_.auth.database),
      external_(control_, random_, *log_, [this] { refresh_addresses(); }),
      network_(control_, {}, [this] { on_network_change(); }),
      former_timer_(control_),
      alternates_(control_, random_, *log_, [this] { distribute_core_config([] {}); }),
      workers_(control_) {
  signals_.add(SIGUSR1);
  configured_ = started_.wall;
  const std::uint32_t count = worker_count(config_);
  load_certificates(std::move(options.tls));
  auto listeners = bind_listeners({}, config_, {count, listeners_chosen_, tls_ != nullptr}, options.inherited);
  listeners_ = std::move(listeners.after);
  config_.listen = listeners_.urls();
  for (const std::string& complaint : options.inherited.complaints()) log_->write(LogLevel::warn, complaint);
  find_addresses();
  quota_ = std::make_unique<SharedQuotaLedger>(make_quota_limits(config_));
  error_ration_ = std::make_unique<turn::ErrorRation>(config_.limits.errors_per_second, KeyedHash::draw_key(random_));
  StoreWatch::News database = store_.poll(started_.wall);
  if (database.contents) stored_users_ = database.contents->users;
  alternates_.apply(config_.cluster, list_own_endpoints(addresses_));
  core_config_ = build_core_config();
  const Worker::Surroundings surroundings{*quota_, *error_ration_, reports_, workers_.all()};
  const Worker::Limits limits = make_worker_limits(config_, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    workers_.all().push_back(std::make_unique<Worker>(
        Worker::Options{i, relay_options(config_, addresses_, i, count), limits.streams, limits.dtls, core_config_},
        surroundings));
    workers_.all().back()->set_tls(tls_);
    workers_.all().back()->add_listeners(std::move(listeners.opened[i]));
  }
  control_plane_ = std::make_unique<control::ControlPlane>(
      control::ControlPlane::Environment{
          control_, *this, random_, sample_now,
          [this](const control::StoredRevocation& revocation) { return store_.keep(revocation); }},
      make_http_options(config_), build_control_settings());
  take_news(std::move(database));
}

Server::~Server() {
  for (const auto& worker : workers_.all()) worker->stop();
}

void Server::run() {
  open_admin_socket();
  watch_world();
  for (const auto& worker : workers_.all()) worker->start();
  // After the workers, which would inherit it: a scrape must not take a relaying thread's turn.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kControlNiceness));
  if (phase_ == Phase::starting) phase_ = Phase::serving;  // else it has been told to drain by now
  wait_for_signal();
  schedule_statistics();
  watch_certificates();
  watch_each_second();
  watch_loops();
  if (phase_ == Phase::serving) notice_.serving();
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
    reload(control::ReloadMode::apply, [](const control::ReloadOutcome&) {});
  } else {
    on_drain_signal(signal != SIGUSR1);
  }
}

void Server::schedule_statistics() {
  statistics_timer_.cancel();
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
