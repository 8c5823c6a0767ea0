#include "turn/revocations.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <new>

#include "turnpike/turn/credentials.hpp"

namespace turnpike::turn {

bool Revocations::add(std::string username, UnixSeconds expiry, UnixSeconds now) noexcept {
  const bool is_every = username.starts_with(kEveryExpiry);
  if (is_every) username.erase(0, kEveryExpiry.size());
  if (is_every && username.empty()) return false;
  Table& table = is_every ? users_ : names_;
  expiry = std::max(expiry, now + kShortest);
  names_.forget_expired(now);
  users_.forget_expired(now);
  if (table.prolong(username, expiry)) return true;
  if (names_.size() + users_.size() >= max_) return false;
  try {
    return table.insert(std::move(username), expiry);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Revocations::contains(std::string_view username, UnixSeconds now) const noexcept {
  const auto parsed = parse_ephemeral_username(username);
  const UnixSeconds soonest = now + Seconds{1};
  bool found = names_.holds(username, soonest);
  // Of what is not ephemeral nothing is found, as late as this is.
  const UnixSeconds last = parsed ? std::max(parsed->expiry, soonest) : UnixSeconds::max();
  const std::string_view user = parsed ? parsed->user : username;
  // Without a slash all three are the whole: as much work as with one.
  for (const std::size_t end : std::array{user.size(), user.rfind('/'), user.find('/')}) {
    const bool is_held = users_.holds(user.substr(0, end), last);
    found = found || is_held;
  }
  return found;
}

bool Revocations::Table::prolong(std::string_view name, UnixSeconds expiry) {
  const auto known = by_name_.find(name);
  if (known == by_name_.end()) return false;
  if (expiry <= known->second) return true;
  auto entry = by_expiry_.extract({known->second, known->first});
  entry.value().first = expiry;
  by_expiry_.insert(std::move(entry));
  known->second = expiry;
  return true;
}

bool Revocations::Table::insert(std::string name, UnixSeconds expiry) {
  const auto added = by_name_.emplace(std::move(name), expiry).first;
  try {
    by_expiry_.emplace(expiry, added->first);
  } catch (const std::bad_alloc&) {
    by_name_.erase(added);
    return false;
  }
  return true;
}

bool Revocations::Table::holds(std::string_view name, UnixSeconds last) const noexcept {
  const auto found = by_name_.find(name);
  return found != by_name_.end() && found->second >= last;
}

std::size_t Revocations::Table::count(UnixSeconds now) const noexcept {
  const auto expired = std::ranges::find_if(by_expiry_, [now](const auto& entry) { return entry.first > now; });
  return by_expiry_.size() - static_cast<std::size_t>(std::distance(by_expiry_.begin(), expired));
}

void Revocations::Table::forget_expired(UnixSeconds now) noexcept {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    const auto named = by_name_.find(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
    by_name_.erase(named);
  }
}

}  // namespace turnpike::turn
