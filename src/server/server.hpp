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
#include "server/alternate_watch.hpp"
#include "server/certificate_store.hpp"
#include "server/config_difference.hpp"
#include "server/config_loader.hpp"
#include "server/drain.hpp"
#include "server/event_log.hpp"
#include "server/external_finder.hpp"
#include "server/inherited_sockets.hpp"
#include "server/latency_histogram.hpp"
#include "server/listeners.hpp"
#include "server/runtime_addresses.hpp"
#include "server/service_notice.hpp"
#include "server/shared_quota_ledger.hpp"
#include "server/store_watch.hpp"
#include "server/worker_pool.hpp"
#include "server/worker_reports.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/control/admin_socket.hpp"
#include "turnpike/control/backend.hpp"
#include "turnpike/control/control_plane.hpp"
#include "turnpike/net/network_watch.hpp"
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
    ServiceManager manager{};
    InheritedSockets inherited{};
  };

  /// Binds all listeners and prepares the workers. Throws std::exception with what the operator must know.
  Server(Config config, Options options, std::shared_ptr<EventLog> log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override;

  /// The configuration with the ports that are really bound.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] const RuntimeAddresses& addresses() const noexcept { return addresses_; }

  /// Serves until it is told to drain (SIGTERM, SIGINT, SIGUSR1, the API), then stops in this order: /readyz says so;
  /// new Allocates are refused; live allocations get until the deadline (a second SIGTERM or SIGINT ends that at once);
  /// allocations end, relay sockets close, answers are flushed; loops stop, threads are joined.
  void run();

 private:
  enum class Phase : std::uint8_t { starting, serving, draining, ending };

  void run_control_loop();
  void open_admin_socket();
  void wait_for_signal();
  void on_signal(int signal);
  void schedule_statistics();
  void log_statistics(const WorkerStatistics& statistics) const;

  // The orderly stop: server_drain.cpp.
  void on_drain_signal(bool is_stop);
  void begin_draining(Drain::Wait wait);
  void refuse_newcomers();
  void poll_drain();
  void tell_drain(std::function<void(control::DrainOutcome)> answer);
  void log_drain(std::string_view event) const;
  void end(std::string_view reason);

  // Certificates: server_certificates.cpp.
  void load_certificates(std::shared_ptr<const net::TlsSettings> fallback);
  /// Throws std::runtime_error.
  [[nodiscard]] std::unique_ptr<CertificateStore> make_certificate_store(const Config::Tls& tls);
  /// `store` may be null: then the one that there is stays where `settings` are its own, and else goes.
  void take_certificates(std::unique_ptr<CertificateStore> store, std::shared_ptr<const net::TlsSettings> settings);
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
  void watch_each_second();
  void probe_workers();

  // The configuration read again: server_reload.cpp.
  using ReloadAnswer = std::function<void(control::ReloadOutcome)>;
  /// Everything that a reload needs, made before anything changes.
  struct PreparedReload {
    control::ReloadOutcome outcome;
    std::vector<ConfigDifference> differences;
    Config running;  // the next config_
    Config read;     // the next read_config_
    bool listeners_chosen = false;
    bool keeps_certificates = false;                 // certificates_ stays, with what is on disk now
    std::unique_ptr<CertificateStore> certificates;  // else the next one, or none
    std::shared_ptr<const net::TlsSettings> tls;
    ListenerChange listeners;
  };
  void run_waiting_reloads();
  void end_change();
  void log_reload(const control::ReloadOutcome& outcome);
  [[nodiscard]] PreparedReload read_for_reload() const;
  void prepare_certificates(PreparedReload& prepared);
  [[nodiscard]] PreparedReload prepare_reload();
  [[nodiscard]] control::ReloadOutcome rehearse_reload();
  void take_configuration(PreparedReload prepared, std::function<void(const control::ReloadOutcome&)> then);
  void distribute_configuration(std::vector<WorkerListeners> opened, std::function<void()> then);
  /// Closes the removed listeners whose last allocation has ended.
  void settle_listeners();
  void settle_idle_listeners(std::vector<Endpoint> idle);

  // Addresses, which come and go: server_addresses.cpp.
  [[nodiscard]] RuntimeAddresses resolve_now(const std::vector<net::InterfaceAddress>& interfaces);
  /// At the start. Throws std::runtime_error.
  void find_addresses();
  /// Looks anew. Whether anything is different: then the core configuration and the control plane's settings are old.
  bool update_addresses();
  /// The same, and tells everybody.
  void refresh_addresses();
  void watch_world();
  void wait_for_external();
  void on_network_change();
  void end_watching_world();
  void watch_former();
  void ask_for_former();
  [[nodiscard]] std::optional<std::string> missing_external() const;

  // For the service manager: server_service.cpp.
  void watch_loops();

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
  void start_draining(std::string deadline, std::function<void(control::DrainOutcome)> answer) override;
  void reload(control::ReloadMode mode, std::function<void(control::ReloadOutcome)> answer) override;
  [[nodiscard]] control::ServerStatus status_without_counts() const;
  [[nodiscard]] std::vector<prometheus::MetricFamily> make_metrics(const WorkerStatistics& workers) const;

  Config config_;
  Config read_config_;  // as the file has it, but what needs a restart as at the start
  ListenerTable listeners_;
  std::vector<Endpoint> reformed_listeners_;  // see settle_listeners()
  bool listeners_chosen_ = false;
  bool is_changing_ = false;  // the workers have not all answered yet
  std::vector<ReloadAnswer> waiting_reloads_;
  std::function<LoadedConfig()> reread_;
  std::vector<std::string> waiting_for_restart_;
  std::uint64_t reloads_ = 0;
  std::uint64_t failed_reloads_ = 0;
  UnixSeconds configured_{};
  Now started_{};
  std::shared_ptr<EventLog> log_;
  SystemRandom random_;
  const std::string made_up_secret_;  // of room tokens, see make_control_settings()
  AddressMasker masker_;
  boost::asio::io_context control_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer statistics_timer_;
  boost::asio::steady_timer certificate_timer_;
  boost::asio::steady_timer second_timer_;
  boost::asio::steady_timer notice_timer_;
  ServiceNotice notice_;
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
  DefaultAddresses default_addresses_;
  RuntimeAddresses addresses_;
  ExternalFinder external_;
  net::NetworkWatch network_;
  boost::asio::steady_timer former_timer_;
  std::unique_ptr<SharedQuotaLedger> quota_;
  std::unique_ptr<turn::ErrorRation> error_ration_;
  AlternateWatch alternates_;
  std::shared_ptr<const turn::CoreConfig> core_config_;
  LatencyHistogram mailbox_latency_;
  LatencyHistogram loop_lateness_;
  std::optional<std::uint64_t> free_relay_ports_;  // a second ago at most; nothing before the first answers
  WorkerPool workers_;
  Phase phase_ = Phase::starting;
  std::optional<Drain> drain_;
  bool refuses_newcomers_ = false;
};

}  // namespace turnpike::server
