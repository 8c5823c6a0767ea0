#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "turn/allocation.hpp"
#include "turnpike/base/keyed_hash.hpp"

namespace turnpike::turn {

/// All allocations of a core: slots that never move, and one hash index from five-tuple to slot. insert() and erase()
/// are the only ways in and out, so the two stay consistent. Slots grow with use up to the bound, the index has its
/// full size at once.
class AllocationTable {
 public:
  AllocationTable(std::size_t max_allocations, const KeyedHash& hash);

  /// An empty allocation for a five-tuple that has none; null at the bound. May throw std::bad_alloc, without effect.
  [[nodiscard]] Allocation* insert(const FiveTuple& five_tuple);
  void erase(Allocation& allocation) noexcept;

  /// Who is there beyond a lower bound stays. May throw std::bad_alloc, without effect.
  void set_bound(std::size_t max_allocations);

  [[nodiscard]] Allocation* find(const FiveTuple& five_tuple) noexcept;
  /// Null when the id's allocation is gone.
  [[nodiscard]] Allocation* find(AllocationId id) noexcept {
    if (id.slot >= slots_.size()) return nullptr;
    Allocation& allocation = slots_[id.slot];
    return allocation.id == id && allocation.state != Allocation::State::free ? &allocation : nullptr;
  }

  [[nodiscard]] Allocation& at(std::uint32_t slot) noexcept { return slots_[slot]; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t slot_count() const noexcept { return slots_.size(); }

 private:
  // Open addressing with linear probing; deletion shifts back, so there are no tombstones.
  struct IndexEntry {
    std::uint32_t hash = 0;
    std::uint32_t slot = kEmpty;
  };
  static constexpr std::uint32_t kEmpty = UINT32_MAX;

  [[nodiscard]] static std::size_t index_size(std::size_t max_allocations) noexcept;
  [[nodiscard]] std::size_t index_position(const FiveTuple& five_tuple, std::uint32_t hash) const noexcept;
  [[nodiscard]] std::uint32_t hash_of(const FiveTuple& five_tuple) const noexcept {
    return static_cast<std::uint32_t>(hash_(five_tuple));
  }

  std::size_t max_allocations_;
  KeyedHash hash_;
  std::deque<Allocation> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<IndexEntry> index_;
  std::size_t mask_;
  std::size_t size_ = 0;
};

}  // namespace turnpike::turn
