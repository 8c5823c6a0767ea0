#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/address_masker.hpp"
#include "server/certificate_store.hpp"
#include "server/config_loader.hpp"
#include "server/event_log.hpp"
#include "server/latency_histogram.hpp"
#include "server/runtime_addresses.hpp"
#include "server/shared_quota_ledger.hpp"
#include "server/store_watch.hpp"
#include "server/worker_pool.hpp"
#include "server/worker_reports.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/control/admin_socket.hpp"
#include "turnpike/control/backend.hpp"
#include "turnpike/control/control_plane.hpp"
#include "turnpike/net/tls_settings.hpp"
#include "turnpike/turn/error_ration.hpp"

namespace turnpike::server {

/// The whole server: workers, and the control loop on the thread that calls run(). Members are in the order in which
/// they must live: workers go before what they use.
class Server final : control::Backend {
 public:
  struct Options {
    bool listeners_chosen = false;  ///< see bind_listeners()
    /// Where the configuration names no certificates, such as a made-up one; may be null.
    std::shared_ptr<const net::TlsSettings> tls;
    /// Reads the configuration again; null where there is no file.
    std::function<LoadedConfig()> reread;
  };

  /// Binds all listeners and prepares the workers. Throws std::exception with what the operator must know.
  Server(Config config, Options options, std::shared_ptr<const EventLog> log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override;

  /// The configuration with the ports that are really bound.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] const RuntimeAddresses& addresses() const noexcept { return addresses_; }

  /// Serves until SIGTERM or SIGINT, then stops in this order: new Allocates are refused; live allocations get until
  /// the drain deadline (a second signal ends that at once); allocations end, relay sockets close, answers are flushed;
  /// loops stop, threads are joined.
  void run();

 private:
  enum class Phase : std::uint8_t { starting, serving, draining, ending };

  void run_control_loop();
  void open_admin_socket();
  void wait_for_signal();
  void on_signal(int signal);
  void poll_drain();
  void end();
  void schedule_statistics();
  void log_statistics(const WorkerStatistics& statistics) const;

  // Certificates: server_certificates.cpp.
  void load_certificates(std::shared_ptr<const net::TlsSettings> fallback);
  void watch_certificates();
  void report_certificates(const CertificateStore::Outcome& outcome);
  void distribute_tls();

  // What changes while it runs: server_changes.cpp.
  void take_contents(StoreWatch::Contents contents);
  void take_news(StoreWatch::News news);
  [[nodiscard]] std::shared_ptr<const turn::CoreConfig> build_core_config();
  [[nodiscard]] control::ControlSettings build_control_settings();
  /// `then` runs when all workers go by it.
  void distribute_core_config(std::function<void()> then);
  [[nodiscard]] control::ReloadOutcome read_configuration();
  void watch_each_second();
  void probe_workers();

  // control::Backend: server_backend.cpp.
  void list_allocations(turn::AllocationFilter filter, control::AllocationCursor from, std::size_t limit,
                        std::function<void(control::AllocationList)> answer) override;
  void describe_allocation(control::AllocationKey key,
                           std::function<void(std::optional<turn::AllocationDetails>)> answer) override;
  void end_allocation(control::AllocationKey key, std::function<void(bool)> answer) override;
  void revoke(std::string username, UnixSeconds expiry, std::function<void(bool kept)> answer) override;
  void collect_metrics(std::function<void(std::vector<prometheus::MetricFamily>)> answer) override;
  void totals(std::function<void(control::ServerTotals)> answer) override;
  void status(std::function<void(control::ServerStatus)> answer) override;
  [[nodiscard]] std::vector<std::string> unready_reasons() const override;
  [[nodiscard]] bool allows_peer(const IpAddress& address) const override;
  void start_draining(std::function<void()> answer) override;
  void reload(std::function<void(control::ReloadOutcome)> answer) override;
  [[nodiscard]] control::ServerStatus status_without_counts() const;
  [[nodiscard]] std::vector<prometheus::MetricFamily> make_metrics(const WorkerStatistics& workers) const;

  Config config_;
  Config read_config_;  // as the file had it at the start: what needs a restart is judged against it
  std::function<LoadedConfig()> reread_;
  std::vector<std::string> waiting_for_restart_;
  std::uint64_t reloads_ = 0;
  std::uint64_t failed_reloads_ = 0;
  UnixSeconds configured_{};
  Now started_{};
  std::shared_ptr<const EventLog> log_;
  SystemRandom random_;
  const std::string made_up_secret_;  // of room tokens, see make_control_settings()
  AddressMasker masker_;
  boost::asio::io_context control_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer statistics_timer_;
  boost::asio::steady_timer certificate_timer_;
  boost::asio::steady_timer second_timer_;
  std::unique_ptr<control::ControlPlane> control_plane_;
  std::unique_ptr<control::AdminSocket> admin_socket_;
  WorkerReports reports_;
  StoreWatch store_;
  std::vector<control::StoredUser> stored_users_;
  std::size_t stored_keys_ = 0;                     // of the database, those in force
  std::unordered_set<std::string> revoked_;         // the database's, as told to the workers
  std::unique_ptr<CertificateStore> certificates_;  // null when the configuration names none
  std::shared_ptr<const net::TlsSettings> tls_;     // what new handshakes get; may be null
  Instant next_ticket_key_{};
  RuntimeAddresses addresses_;
  std::unique_ptr<SharedQuotaLedger> quota_;
  std::unique_ptr<turn::ErrorRation> error_ration_;
  std::shared_ptr<const turn::CoreConfig> core_config_;
  LatencyHistogram mailbox_latency_;
  LatencyHistogram loop_lateness_;
  std::optional<std::uint64_t> free_relay_ports_;  // a second ago at most; nothing before the first answers
  WorkerPool workers_;
  Phase phase_ = Phase::starting;
  Instant drain_deadline_{};
};

}  // namespace turnpike::server
