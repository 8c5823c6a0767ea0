#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "turnpike/turn/quota_ledger.hpp"

namespace turnpike::server {

/// The one ledger of all workers: a bound per user holds over the whole server, wherever the kernel put the user's
/// five-tuples. Locked at Allocate and at the end of an allocation, never for a packet.
class SharedQuotaLedger final : public turn::QuotaLedger {
 public:
  explicit SharedQuotaLedger(const turn::QuotaLimits& limits) : ledger_(limits) {}

  Result<std::shared_ptr<turn::UserAccount>, turn::QuotaRefusal> admit(std::string_view user,
                                                                       const IpAddress& client) noexcept override {
    const std::scoped_lock lock(mutex_);
    return ledger_.admit(user, client);
  }
  void release(turn::UserAccount& account, const IpAddress& client) noexcept override {
    const std::scoped_lock lock(mutex_);
    ledger_.release(account, client);
  }
  /// For admissions from now on; what is admitted stays. Any thread.
  void set_limits(const turn::QuotaLimits& limits) noexcept {
    const std::scoped_lock lock(mutex_);
    ledger_.set_limits(limits);
  }
  [[nodiscard]] std::uint32_t total() const noexcept {
    const std::scoped_lock lock(mutex_);
    return ledger_.total();
  }

 private:
  mutable std::mutex mutex_;
  turn::LocalQuotaLedger ledger_;
};

}  // namespace turnpike::server
