#include "server/service_notice.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

constexpr Duration kStatusPeriod = std::chrono::seconds{5};
constexpr int kPingsPerInterval = 3;
// Beyond the period by far, since each replaces the one before.
constexpr std::chrono::microseconds kTimeToStop = std::chrono::seconds{30};
constexpr std::size_t kMaxMistake = 300;

}  // namespace

ServiceManager find_service_manager(const ConfigEnvironment& environment) {
  ServiceManager manager;
  if (!environment.variable("NOTIFY_SOCKET")) return manager;
  manager.notify = [](const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); };
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) > 0) manager.watchdog = std::chrono::microseconds{microseconds};
  return manager;
}

Duration ServiceNotice::period() const noexcept {
  if (!manager_.watchdog) return kStatusPeriod;
  return std::clamp<Duration>(*manager_.watchdog / kPingsPerInterval, std::chrono::milliseconds{1}, kStatusPeriod);
}

void ServiceNotice::tell(const std::string& state) const {
  if (manager_.notify) manager_.notify(state);
}

std::string ServiceNotice::status() const {
  const auto calls = fmt::format("{} allocation{}", allocations_, allocations_ == 1 ? "" : "s");
  if (is_stopping_) return fmt::format("STATUS=Stopping: waiting for {} to end", calls);
  if (mistake_.empty()) return fmt::format("STATUS=Serving {}", calls);
  return fmt::format("STATUS=Serving {}. The configuration file has mistakes, the old one stays in force: {}", calls,
                     mistake_);
}

void ServiceNotice::serving() { tell("READY=1\n" + status()); }

void ServiceNotice::reloading(Instant now) {
  if (is_stopping_) return;
  const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since_boot.count()));
}

void ServiceNotice::reloaded(std::string_view mistake) {
  mistake_ = escape_line(mistake.substr(0, kMaxMistake));  // a line end would begin another assignment
  if (!is_stopping_) serving();
}

void ServiceNotice::stopping() {
  is_stopping_ = true;
  tell(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\n{}", kTimeToStop.count(), status()));
}

void ServiceNotice::still_turning(std::size_t allocations) {
  allocations_ = allocations;
  std::string state = "WATCHDOG=1\n";
  if (is_stopping_) state += fmt::format("EXTEND_TIMEOUT_USEC={}\n", kTimeToStop.count());
  tell(state + status());
}

}  // namespace turnpike::server
