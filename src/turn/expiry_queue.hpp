#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "turnpike/base/time.hpp"

namespace turnpike::turn {

/// The deadlines of allocation slots: an indexed binary heap, one entry a slot at most, so that a refresh moves an
/// entry instead of leaving an old one behind and the size is bounded by the number of slots.
class ExpiryQueue {
 public:
  /// Makes room for slots 0 to `count` - 1; the only call that allocates.
  void reserve_slots(std::size_t count);

  /// Sets or moves the slot's deadline.
  void schedule(std::uint32_t slot, Instant deadline) noexcept;
  /// Removes the slot's deadline if it has one.
  void cancel(std::uint32_t slot) noexcept;
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;
  /// The slot with the earliest deadline, if that is due at `now`; it stays in the queue.
  [[nodiscard]] std::optional<std::uint32_t> due(Instant now) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }

 private:
  struct Entry {
    Instant deadline;
    std::uint32_t slot;
  };
  static constexpr std::uint32_t kAbsent = UINT32_MAX;

  void place(std::size_t position, const Entry& entry) noexcept;
  void sift_up(std::size_t position) noexcept;
  void sift_down(std::size_t position) noexcept;

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> position_of_;  // by slot
};

}  // namespace turnpike::turn
