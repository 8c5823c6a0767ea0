#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/config_environment.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// Whoever started this process and wants to hear how it fares.
struct ServiceManager {
  std::function<void(const std::string& state)> notify{};  ///< lines as in sd_notify(3); null: nobody listens
  std::optional<Duration> watchdog{};                      ///< longer without a ping, and it ends this process
};

/// systemd, as far as it is what started us.
[[nodiscard]] ServiceManager find_service_manager(const ConfigEnvironment& environment);

/// What the service manager is told: when the server serves, reloads and stops, that it lives, and a line for
/// `systemctl status`. Everything does nothing without one.
class ServiceNotice {
 public:
  explicit ServiceNotice(ServiceManager manager) : manager_(std::move(manager)) {}

  [[nodiscard]] bool is_wanted() const noexcept { return manager_.notify != nullptr; }
  /// How often still_turning() is due: often enough for the watchdog when one comes late.
  [[nodiscard]] Duration period() const noexcept;

  void serving();
  void reloading(Instant now);
  /// `mistake`: why everything stayed as it was; empty when the file was taken.
  void reloaded(std::string_view mistake);
  void stopping();
  /// The control loop and the loop of every worker have turned since the last call. Nothing else pings the watchdog,
  /// and nothing else asks for more time to stop.
  void still_turning(std::size_t allocations);

 private:
  [[nodiscard]] std::string status() const;
  void tell(const std::string& state) const;

  ServiceManager manager_;
  bool is_stopping_ = false;
  std::size_t allocations_ = 0;
  std::string mistake_;
};

}  // namespace turnpike::server
