#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/turn/token_bucket.hpp"

namespace turnpike::turn {

/// Of kTrialUser on a large server.
inline constexpr std::uint32_t kMaxTrialAllocations = 512;

/// Bounds on allocations, over all workers; 0 means no bound of its own (the relay ports still are one).
struct QuotaLimits {
  std::uint32_t per_user = 1024;
  std::uint32_t per_client_address = 1024;  ///< IPv6 clients count by their /64
  std::uint32_t total = 16384;
  std::uint32_t trial = kMaxTrialAllocations;  ///< of kTrialUser, who is many people, instead of per_user
  ByteRate user_rate;                          ///< each direction, all of a user's allocations together
  friend constexpr bool operator==(const QuotaLimits&, const QuotaLimits&) noexcept = default;
};

/// One user's share of the server while that user has an allocation. Shared by the workers that carry them.
struct UserAccount {
  explicit UserAccount(std::string name) : user(std::move(name)) {}
  const std::string user;         ///< an ephemeral username without its expiry, or a static username
  std::uint32_t allocations = 0;  ///< the ledger's own count; guarded by the ledger
  TokenBucket to_peers;
  TokenBucket to_client;
};

enum class QuotaRefusal : std::uint8_t { user, client_address, total, no_memory };

/// Counts allocations. One ledger serves all workers, hence the interface: the core only ever asks at Allocate and at
/// the end of an allocation, so an implementation may lock.
class QuotaLedger {
 public:
  QuotaLedger() = default;
  QuotaLedger(const QuotaLedger&) = delete;
  QuotaLedger& operator=(const QuotaLedger&) = delete;
  virtual ~QuotaLedger() = default;

  /// Counts one more allocation of `user` from `client`, or says which bound forbids it. Never throws.
  [[nodiscard]] virtual Result<std::shared_ptr<UserAccount>, QuotaRefusal> admit(std::string_view user,
                                                                                 const IpAddress& client) noexcept = 0;
  /// Takes one admission back; exactly once for each.
  virtual void release(UserAccount& account, const IpAddress& client) noexcept = 0;
};

/// The ledger of a single thread. Keeps an entry only while it counts something, so its size is bounded by `total`.
class LocalQuotaLedger final : public QuotaLedger {
 public:
  explicit LocalQuotaLedger(const QuotaLimits& limits) : limits_(limits) {}

  Result<std::shared_ptr<UserAccount>, QuotaRefusal> admit(std::string_view user,
                                                           const IpAddress& client) noexcept override;
  void release(UserAccount& account, const IpAddress& client) noexcept override;

  /// For admissions from now on; what is admitted stays.
  void set_limits(const QuotaLimits& limits) noexcept { limits_ = limits; }

  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
  [[nodiscard]] std::size_t users() const noexcept { return users_.size(); }
  [[nodiscard]] std::size_t client_addresses() const noexcept { return clients_.size(); }

 private:
  [[nodiscard]] std::uint32_t limit_of(std::string_view user) const noexcept;

  QuotaLimits limits_;
  std::uint32_t total_ = 0;
  std::unordered_map<std::string, std::shared_ptr<UserAccount>> users_;
  std::unordered_map<std::string, std::uint32_t> clients_;
};

}  // namespace turnpike::turn
