#include "turnpike/net/port_pool.hpp"

#include "turnpike/base/check.hpp"

namespace turnpike::net {

namespace {

/// The lowest pair >= the range's first that falls to `worker`.
std::uint32_t lowest_pair(PortPool::Range range, std::uint32_t worker, std::uint32_t workers) noexcept {
  TURNPIKE_CHECK(range.first > 0 && range.first <= range.last && worker < workers);
  const std::uint32_t pair = range.first / 2U;
  return pair + (worker + workers - pair % workers) % workers;
}

/// How many pairs, whole or half, fall to the worker whose lowest is `first_pair`.
std::size_t pair_count(PortPool::Range range, std::uint32_t first_pair, std::uint32_t workers) noexcept {
  const std::uint32_t last_pair = range.last / 2U;
  return first_pair > last_pair ? 0 : (last_pair - first_pair) / workers + 1;
}

}  // namespace

PortPool::IndexSet::IndexSet(std::size_t universe) : places_(universe, kAbsent) { members_.reserve(universe); }

std::uint32_t PortPool::IndexSet::any(Random& random) const noexcept { return members_[random.below(members_.size())]; }

void PortPool::IndexSet::insert(std::uint32_t index) noexcept {
  places_[index] = static_cast<std::uint32_t>(members_.size());
  members_.push_back(index);
}

void PortPool::IndexSet::erase(std::uint32_t index) noexcept {
  const std::uint32_t moved = members_.back();
  members_[places_[index]] = moved;
  places_[moved] = places_[index];
  places_[index] = kAbsent;
  members_.pop_back();
}

PortPool::PortPool(Range range, std::uint32_t worker, std::uint32_t workers)
    : range_(range),
      worker_(worker),
      workers_(workers),
      first_pair_(lowest_pair(range, worker, workers)),
      ports_(2 * pair_count(range, first_pair_, workers)),
      evens_(pair_count(range, first_pair_, workers)),
      pairs_(pair_count(range, first_pair_, workers)) {
  for (std::uint32_t port = range.first; port <= range.last; ++port) {
    if (owns(port)) mark_free(index_of(port));
  }
  capacity_ = ports_.size();
}

std::optional<std::uint16_t> PortPool::take(Random& random) noexcept {
  if (ports_.size() == 0) return std::nullopt;
  const std::uint32_t index = ports_.any(random);
  mark_taken(index);
  return port_of(index);
}

std::optional<std::uint16_t> PortPool::take_even(Random& random) noexcept {
  if (evens_.size() == 0) return std::nullopt;
  const std::uint32_t index = 2 * evens_.any(random);
  mark_taken(index);
  return port_of(index);
}

std::optional<std::uint16_t> PortPool::take_pair(Random& random) noexcept {
  if (pairs_.size() == 0) return std::nullopt;
  const std::uint32_t index = 2 * pairs_.any(random);
  mark_taken(index);
  mark_taken(index + 1);
  return port_of(index);
}

void PortPool::give_back(std::uint16_t port) noexcept {
  TURNPIKE_CHECK(owns(port));
  const std::uint32_t index = index_of(port);
  TURNPIKE_CHECK(!ports_.contains(index));
  mark_free(index);
}

std::size_t PortPool::free_count() const noexcept { return ports_.size(); }

std::size_t PortPool::capacity() const noexcept { return capacity_; }

bool PortPool::owns(std::uint32_t port) const noexcept {
  return port >= range_.first && port <= range_.last && port / 2U % workers_ == worker_;
}

std::uint32_t PortPool::index_of(std::uint32_t port) const noexcept {
  return 2 * ((port / 2U - first_pair_) / workers_) + (port & 1U);
}

std::uint16_t PortPool::port_of(std::uint32_t index) const noexcept {
  return static_cast<std::uint16_t>(2 * (first_pair_ + index / 2U * workers_) + (index & 1U));
}

void PortPool::mark_taken(std::uint32_t index) noexcept {
  const std::uint32_t pair = index / 2U;
  ports_.erase(index);
  if ((index & 1U) == 0) evens_.erase(pair);
  if (pairs_.contains(pair)) pairs_.erase(pair);
}

void PortPool::mark_free(std::uint32_t index) noexcept {
  const std::uint32_t pair = index / 2U;
  ports_.insert(index);
  if ((index & 1U) == 0) evens_.insert(pair);
  // Half a pair at an odd end of the range never gets its other half, and so is never dealt out as a pair.
  if (ports_.contains(index ^ 1U)) pairs_.insert(pair);
}

}  // namespace turnpike::net
