#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "server/address_masker.hpp"
#include "server/certificate_store.hpp"
#include "server/config.hpp"
#include "server/event_log.hpp"
#include "server/runtime_addresses.hpp"
#include "server/shared_quota_ledger.hpp"
#include "server/worker.hpp"
#include "server/worker_reports.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/control/http_server.hpp"
#include "turnpike/net/tls_settings.hpp"
#include "turnpike/turn/error_ration.hpp"

namespace turnpike::server {

/// The whole server: workers, and the control loop on the thread that calls run(). Members are in the order in which
/// they must live: workers go before what they use.
class Server {
 public:
  struct Options {
    bool listeners_chosen = false;  ///< see bind_listeners()
    /// Where the configuration names no certificates, such as a made-up one; may be null.
    std::shared_ptr<const net::TlsSettings> tls;
  };

  /// Binds all listeners and prepares the workers. Throws std::exception with what the operator must know.
  Server(Config config, Options options, std::shared_ptr<const EventLog> log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// The configuration with the ports that are really bound.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] const RuntimeAddresses& addresses() const noexcept { return addresses_; }

  /// Serves until SIGTERM or SIGINT, then stops in this order: new Allocates are refused; live allocations get until
  /// the drain deadline (a second signal ends that at once); allocations end, relay sockets close, answers are flushed;
  /// loops stop, threads are joined.
  void run();

 private:
  enum class Phase : std::uint8_t { serving, draining, ending };

  void wait_for_signal();
  void on_signal(int signal);
  void start_draining();
  void poll_drain();
  void end();
  void schedule_statistics();
  void log_statistics(const WorkerStatistics& statistics) const;
  void load_certificates(std::shared_ptr<const net::TlsSettings> fallback);
  void watch_certificates();
  void report_certificates(const CertificateStore::Outcome& outcome);
  void distribute_tls();
  template <typename Ask, typename Answer>
  void ask_workers(Ask ask, Answer answer);

  Config config_;
  std::shared_ptr<const EventLog> log_;
  SystemRandom random_;
  AddressMasker masker_;
  boost::asio::io_context control_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer drain_timer_;
  boost::asio::steady_timer statistics_timer_;
  boost::asio::steady_timer certificate_timer_;
  control::HttpServer http_;
  WorkerReports reports_;
  std::unique_ptr<CertificateStore> certificates_;  // null when the configuration names none
  std::shared_ptr<const net::TlsSettings> tls_;     // what new handshakes get; may be null
  Instant next_ticket_key_{};
  RuntimeAddresses addresses_;
  std::unique_ptr<SharedQuotaLedger> quota_;
  std::unique_ptr<turn::ErrorRation> error_ration_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Phase phase_ = Phase::serving;
  Instant drain_deadline_{};
};

}  // namespace turnpike::server
