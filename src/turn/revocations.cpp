#include "turn/revocations.hpp"

#include <algorithm>
#include <iterator>
#include <new>

namespace turnpike::turn {

bool Revocations::add(std::string username, UnixSeconds expiry, UnixSeconds now) noexcept {
  expiry = std::max(expiry, now + kShortest);
  forget_expired(now);
  const auto known = by_name_.find(username);
  if (known != by_name_.end()) {
    if (expiry <= known->second) return true;
    auto entry = by_expiry_.extract({known->second, known->first});
    entry.value().first = expiry;
    by_expiry_.insert(std::move(entry));
    known->second = expiry;
    return true;
  }
  if (by_name_.size() >= max_) return false;
  try {
    return insert(std::move(username), expiry);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Revocations::insert(std::string username, UnixSeconds expiry) {
  const auto added = by_name_.emplace(std::move(username), expiry).first;
  try {
    by_expiry_.emplace(expiry, added->first);
  } catch (const std::bad_alloc&) {
    by_name_.erase(added);
    return false;
  }
  return true;
}

bool Revocations::contains(std::string_view username, UnixSeconds now) const noexcept {
  const auto found = by_name_.find(username);
  return found != by_name_.end() && found->second > now;
}

std::size_t Revocations::count(UnixSeconds now) const noexcept {
  const auto expired = std::ranges::find_if(by_expiry_, [now](const auto& entry) { return entry.first > now; });
  return by_expiry_.size() - static_cast<std::size_t>(std::distance(by_expiry_.begin(), expired));
}

void Revocations::forget_expired(UnixSeconds now) noexcept {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    const auto named = by_name_.find(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
    by_name_.erase(named);
  }
}

}  // namespace turnpike::turn
