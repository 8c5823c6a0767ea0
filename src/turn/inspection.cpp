#include "turnpike/turn/inspection.hpp"

#include <algorithm>
#include <new>

#include "turn/core_state.hpp"

namespace turnpike::turn {
namespace {

constexpr std::uint32_t kMaxSlotsLookedAt = 4096;

// Permissions and channels that have run out stay in their tables until the place is needed.
template <typename Held>
std::size_t count_live(std::span<const Held> held, Instant now) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(held, [now](const Held& each) { return each.expires > now; }));
}

AllocationSummary summarize(const Allocation& allocation, Now now) {
  AllocationSummary summary;
  summary.id = allocation.id;
  summary.five_tuple = allocation.five_tuple;
  summary.username = allocation.username;
  summary.user = allocation.account->user;
  summary.protocol = allocation.protocol;
  for (const RelayedAddress& relayed : allocation.relayed) {
    if (relayed.state != RelayedAddress::State::open) continue;
    summary.relayed[summary.relayed_count++] = relayed.announced;
    summary.remaining = std::max(summary.remaining, relayed.expires - now.mono);
  }
  summary.age = now.mono - allocation.created;
  summary.traffic = allocation.traffic;
  summary.permissions = count_live(allocation.peers.permissions(), now.mono);
  summary.channels = count_live(allocation.peers.channels(), now.mono);
  summary.connections = allocation.connections.size();
  return summary;
}

bool is_of_group(std::string_view user, std::string_view group) noexcept {
  return user.starts_with(group) && (user.size() == group.size() || user[group.size()] == '/');
}

bool passes(const AllocationFilter& filter, const Allocation& allocation) noexcept {
  if (filter.client && *filter.client != allocation.five_tuple.client.address) return false;
  if (filter.group && !is_of_group(allocation.account->user, *filter.group)) return false;
  return !filter.user || *filter.user == allocation.account->user || *filter.user == allocation.username;
}

AllocationDetails detail(const Allocation& allocation, Now now) {
  AllocationDetails details;
  details.summary = summarize(allocation, now);
  for (const Permission& permission : allocation.peers.permissions()) {
    if (permission.expires > now.mono) {
      details.permissions.push_back({permission.address, permission.expires - now.mono});
    }
  }
  for (const Channel& channel : allocation.peers.channels()) {
    if (channel.expires > now.mono) {
      details.channels.push_back({channel.number, channel.peer, channel.expires - now.mono});
    }
  }
  return details;
}

}  // namespace

AllocationPage RelayCore::list_allocations(const AllocationFilter& filter, std::uint32_t from_slot, std::size_t limit,
                                           Now now) const {
  AllocationPage page;
  std::uint32_t slot = from_slot;
  try {
    for (std::uint32_t looked_at = 0; slot < state_->allocations.slot_count(); ++slot, ++looked_at) {
      if (page.allocations.size() >= limit || looked_at == kMaxSlotsLookedAt) break;
      const Allocation& allocation = state_->allocations.at(slot);
      if (allocation.state != Allocation::State::live || !passes(filter, allocation)) continue;
      page.allocations.push_back(summarize(allocation, now));
    }
  } catch (const std::bad_alloc&) {
    // A shorter page; it goes on at the allocation that found no room.
  }
  if (slot < state_->allocations.slot_count()) page.next_slot = slot;
  return page;
}

std::optional<AllocationDetails> RelayCore::describe(AllocationId allocation, Now now) const {
  const Allocation* found = state_->allocations.find(allocation);
  if (found == nullptr || found->state != Allocation::State::live) return std::nullopt;
  try {
    return detail(*found, now);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

CoreTotals RelayCore::totals(Now now) const noexcept {
  CoreTotals totals = state_->counted;
  for (std::uint32_t slot = 0; slot < state_->allocations.slot_count(); ++slot) {
    const Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state != Allocation::State::live) continue;
    CoreTotals::Cell& cell = totals.cell_of(allocation.five_tuple);
    ++cell.live;
    cell.traffic += allocation.traffic;
    totals.permissions += count_live(allocation.peers.permissions(), now.mono);
    totals.channels += count_live(allocation.peers.channels(), now.mono);
  }
  totals.peer_connections = state_->connections.size();
  totals.reservations = state_->reservations.size();
  totals.revocations = state_->revocations.count(now.wall);
  return totals;
}

bool RelayCore::has_allocation(const FiveTuple& five_tuple) const noexcept {
  return state_->allocations.find(five_tuple) != nullptr;
}

bool RelayCore::announces(const IpAddress& address) const noexcept {
  for (std::uint32_t slot = 0; slot < state_->allocations.slot_count(); ++slot) {
    const Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state == Allocation::State::free) continue;
    for (const RelayedAddress& relayed : allocation.relayed) {
      if (relayed.announced.port != 0 && relayed.announced.address == address) return true;
    }
  }
  return false;
}

std::size_t RelayCore::count_allocations(const std::function<bool(const FiveTuple&)>& is_meant) const {
  std::size_t count = 0;
  for (std::uint32_t slot = 0; slot < state_->allocations.slot_count(); ++slot) {
    const Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state != Allocation::State::free && is_meant(allocation.five_tuple)) ++count;
  }
  return count;
}

Traffic RelayCore::traffic() const noexcept {
  Traffic traffic;
  for (const auto& families : state_->counted.by_client) {
    for (const CoreTotals::Cell& cell : families) traffic += cell.traffic;
  }
  if (state_->allocations.size() == 0) return traffic;
  for (std::uint32_t slot = 0; slot < state_->allocations.slot_count(); ++slot) {
    const Allocation& allocation = state_->allocations.at(slot);
    if (allocation.state == Allocation::State::live) traffic += allocation.traffic;
  }
  return traffic;
}

}  // namespace turnpike::turn
