#include "turn/allocation_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "turnpike/base/check.hpp"

namespace turnpike::turn {

AllocationTable::AllocationTable(std::size_t max_allocations, const KeyedHash& hash)
    : max_allocations_(max_allocations), hash_(hash), index_(index_size(max_allocations)), mask_(index_.size() - 1) {}

std::size_t AllocationTable::index_size(std::size_t max_allocations) noexcept {
  return std::bit_ceil(std::max<std::size_t>(2 * max_allocations, 16));
}

void AllocationTable::set_bound(std::size_t max_allocations) {
  if (const std::size_t wanted = index_size(max_allocations); wanted > index_.size()) {
    std::vector<IndexEntry> larger(wanted);
    const std::vector<IndexEntry> old = std::exchange(index_, std::move(larger));
    mask_ = index_.size() - 1;
    for (const IndexEntry& entry : old) {
      if (entry.slot != kEmpty) index_[index_position(slots_[entry.slot].five_tuple, entry.hash)] = entry;
    }
  }
  max_allocations_ = max_allocations;
}

// [packet-path 5 begin] turn/allocation_table: five-tuple to allocation
std::size_t AllocationTable::index_position(const FiveTuple& five_tuple, std::uint32_t hash) const noexcept {
  std::size_t position = hash & mask_;
  while (index_[position].slot != kEmpty) {
    const IndexEntry& entry = index_[position];
    if (entry.hash == hash && slots_[entry.slot].five_tuple == five_tuple) break;
    position = (position + 1) & mask_;
  }
  return position;
}

Allocation* AllocationTable::find(const FiveTuple& five_tuple) noexcept {
  const IndexEntry& entry = index_[index_position(five_tuple, hash_of(five_tuple))];
  return entry.slot == kEmpty ? nullptr : &slots_[entry.slot];
}
// [packet-path 5 end]

Allocation* AllocationTable::insert(const FiveTuple& five_tuple) {
  if (size_ >= max_allocations_) return nullptr;
  if (free_slots_.empty()) {
    const auto fresh = static_cast<std::uint32_t>(slots_.size());
    if (free_slots_.capacity() <= slots_.size()) {
      free_slots_.reserve(std::max<std::size_t>(64, 2 * slots_.size()));  // so that erase() never has to allocate
    }
    slots_.emplace_back();
    slots_.back().id = {fresh, 0};
    free_slots_.push_back(fresh);
  }
  const std::uint32_t hash = hash_of(five_tuple);
  const std::size_t position = index_position(five_tuple, hash);
  TURNPIKE_CHECK(index_[position].slot == kEmpty);

  Allocation& allocation = slots_[free_slots_.back()];
  free_slots_.pop_back();
  if (++allocation.id.generation == 0) allocation.id.generation = 1;  // 0 names nothing
  allocation.state = Allocation::State::opening;
  allocation.five_tuple = five_tuple;
  index_[position] = {hash, allocation.id.slot};
  ++size_;
  return &allocation;
}

void AllocationTable::erase(Allocation& allocation) noexcept {
  TURNPIKE_CHECK(allocation.state != Allocation::State::free);
  std::size_t hole = index_position(allocation.five_tuple, hash_of(allocation.five_tuple));
  TURNPIKE_CHECK(index_[hole].slot == allocation.id.slot);
  for (std::size_t next = (hole + 1) & mask_; index_[next].slot != kEmpty; next = (next + 1) & mask_) {
    const std::size_t home = index_[next].hash & mask_;
    // An entry may fill the hole if its home is not between the hole and where it sits.
    if (((next - home) & mask_) >= ((next - hole) & mask_)) {
      index_[hole] = index_[next];
      hole = next;
    }
  }
  index_[hole] = {};

  allocation.state = Allocation::State::free;
  allocation.username.clear();
  allocation.voucher = 0;
  allocation.account.reset();
  allocation.answer = {};
  allocation.relayed = {};
  allocation.peers.clear();
  allocation.traffic = {};
  allocation.protocol = RelayProtocol::udp;
  allocation.connections.clear();
  allocation.to_peers.reset();
  allocation.to_client.reset();
  free_slots_.push_back(allocation.id.slot);
  --size_;
}

}  // namespace turnpike::turn
