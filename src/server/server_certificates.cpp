#include <fmt/format.h>

#include <utility>

#include "server/clock.hpp"
#include "server/server.hpp"
#include "server/statistics_report.hpp"

// Certificates of the running server: loading, watching, handing on to the workers.
namespace turnpike::server {
namespace {

// New handshakes get a new certificate within a second.
constexpr std::chrono::milliseconds kPoll{500};
// RFC 8446 section C.1 and RFC 5077 section 5.5: a ticket key must not live long. Each opens tickets for two periods.
constexpr Duration kTicketKeyLifetime = std::chrono::hours{12};

}  // namespace

void Server::load_certificates(std::shared_ptr<const net::TlsSettings> fallback) {
  tls_ = std::move(fallback);
  if (config_.tls.certificates.empty()) return;
  certificates_ = make_certificate_store(config_.tls);
  tls_ = certificates_->current();
}

std::unique_ptr<CertificateStore> Server::make_certificate_store(const Config::Tls& tls) {
  net::TlsOptions options;
  options.only_tls13 = tls.min_version == TlsVersion::tls13;
  options.alpn = tls.alpn;
  return std::make_unique<CertificateStore>(tls.certificates, options, random_);
}

void Server::take_certificates(std::unique_ptr<CertificateStore> store,
                               std::shared_ptr<const net::TlsSettings> settings) {
  if (store && certificates_) store->succeed(*certificates_);
  if (store || !settings) certificates_ = std::move(store);
  tls_ = std::move(settings);
}

void Server::watch_certificates() {
  const Now now = sample_now();
  if (next_ticket_key_ == Instant{}) next_ticket_key_ = now.mono + kTicketKeyLifetime;
  if (now.mono >= next_ticket_key_ && tls_) {
    next_ticket_key_ = now.mono + kTicketKeyLifetime;
    if (certificates_) {
      certificates_->rotate_ticket_key(random_);
      tls_ = certificates_->current();
    } else {
      tls_ = tls_->with_new_ticket_key(random_);
    }
    distribute_tls();
  }
  if (certificates_) report_certificates(certificates_->poll(now.wall));
  certificate_timer_.expires_after(kPoll);
  certificate_timer_.async_wait([this](const error_code& error) {
    if (!error) watch_certificates();
  });
}

void Server::report_certificates(const CertificateStore::Outcome& outcome) {
  switch (outcome.kind) {
    case CertificateStore::Outcome::Kind::unchanged: break;
    case CertificateStore::Outcome::Kind::replaced:
      tls_ = certificates_->current();
      distribute_tls();
      log_->write(LogLevel::info, "certificates replaced", {{"certificates", tls_->certificates().size()}});
      break;
    case CertificateStore::Outcome::Kind::failed:
      log_->write(LogLevel::error, "certificates not replaced, the old ones stay in service",
                  {{"reason", outcome.message}});
      break;
  }
  const UnixSeconds now = sample_now().wall;
  if (certificates_->expiry_warning_due(now, config_.tls.expiry_warning)) {
    log_->write(LogLevel::warn, "a certificate expires soon",
                {{"days", (certificates_->earliest_expiry() - now).count() / 86400}});
  }
}

void Server::log_statistics(const WorkerStatistics& statistics) const {
  ServerStatistics all{.workers = statistics,
                       .lost_reports = reports_.lost(),
                       .http = control_plane_->counters().http,
                       .certificates = {}};
  if (certificates_) all.certificates = {certificates_->earliest_expiry(), certificates_->failures()};
  server::log_statistics(*log_, all, sample_now().wall);
}

void Server::distribute_tls() {
  workers_.tell([tls = tls_](Worker& worker) { worker.set_tls(tls); });
}

}  // namespace turnpike::server
