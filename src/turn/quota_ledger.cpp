#include "turnpike/turn/quota_ledger.hpp"

#include <new>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::turn {
namespace {

// An IPv6 client commands at least its /64.
std::string client_key(const IpAddress& client) {
  constexpr std::size_t kSubnetBytes = 8;
  const auto bytes = client.bytes();
  return std::string(as_text(client.is_v6() ? bytes.first(kSubnetBytes) : bytes));
}

bool is_reached(std::uint32_t count, std::uint32_t limit) noexcept { return limit != 0 && count >= limit; }

}  // namespace

std::uint32_t LocalQuotaLedger::limit_of(std::string_view user) const noexcept {
  return user == kTrialUser ? limits_.trial : limits_.per_user;
}

Result<std::shared_ptr<UserAccount>, QuotaRefusal> LocalQuotaLedger::admit(std::string_view user,
                                                                           const IpAddress& client) noexcept {
  try {
    if (is_reached(total_, limits_.total)) return QuotaRefusal::total;
    const std::string client_name = client_key(client);
    const auto known_client = clients_.find(client_name);
    if (known_client != clients_.end() && is_reached(known_client->second, limits_.per_client_address)) {
      return QuotaRefusal::client_address;
    }
    std::string name(user);
    auto account = users_.find(name);
    if (account != users_.end() && is_reached(account->second->allocations, limit_of(user))) return QuotaRefusal::user;
    // All that can fail for want of memory comes before the first count.
    auto& client_count = clients_[client_name];
    if (account == users_.end()) {
      auto fresh = std::make_shared<UserAccount>(name);
      account = users_.emplace(std::move(name), std::move(fresh)).first;
    }
    ++client_count;
    ++account->second->allocations;
    ++total_;
    return account->second;
  } catch (const std::bad_alloc&) {
    return QuotaRefusal::no_memory;  // maybe with an empty entry left behind, which the next release or admit reuses
  }
}

void LocalQuotaLedger::release(UserAccount& account, const IpAddress& client) noexcept {
  const auto client_entry = clients_.find(client_key(client));
  TURNPIKE_CHECK(client_entry != clients_.end() && client_entry->second > 0);
  TURNPIKE_CHECK(account.allocations > 0 && total_ > 0);
  --total_;
  if (--client_entry->second == 0) clients_.erase(client_entry);
  if (--account.allocations == 0) users_.erase(account.user);
}

}  // namespace turnpike::turn
