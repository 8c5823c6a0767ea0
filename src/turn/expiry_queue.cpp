#include "turn/expiry_queue.hpp"

#include <algorithm>

#include "turnpike/base/check.hpp"

namespace turnpike::turn {

void ExpiryQueue::reserve_slots(std::size_t count) {
  if (heap_.capacity() < count) heap_.reserve(std::max<std::size_t>(64, 2 * count));
  if (position_of_.size() < count) position_of_.resize(count, kAbsent);
}

void ExpiryQueue::place(std::size_t position, const Entry& entry) noexcept {
  heap_[position] = entry;
  position_of_[entry.slot] = static_cast<std::uint32_t>(position);
}

void ExpiryQueue::sift_up(std::size_t position) noexcept {
  const Entry entry = heap_[position];
  while (position > 0) {
    const std::size_t parent = (position - 1) / 2;
    if (heap_[parent].deadline <= entry.deadline) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void ExpiryQueue::sift_down(std::size_t position) noexcept {
  const Entry entry = heap_[position];
  for (;;) {
    std::size_t child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].deadline < heap_[child].deadline) ++child;
    if (entry.deadline <= heap_[child].deadline) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

void ExpiryQueue::schedule(std::uint32_t slot, Instant deadline) noexcept {
  TURNPIKE_CHECK(slot < position_of_.size());
  const std::uint32_t position = position_of_[slot];
  if (position == kAbsent) {
    heap_.push_back({deadline, slot});  // within what reserve_slots() reserved
    sift_up(heap_.size() - 1);
    return;
  }
  const bool earlier = deadline < heap_[position].deadline;
  heap_[position].deadline = deadline;
  if (earlier) {
    sift_up(position);
  } else {
    sift_down(position);
  }
}

void ExpiryQueue::cancel(std::uint32_t slot) noexcept {
  if (slot >= position_of_.size() || position_of_[slot] == kAbsent) return;
  const std::size_t position = position_of_[slot];
  position_of_[slot] = kAbsent;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (last.slot == slot) return;
  place(position, last);
  sift_up(position);
  sift_down(position_of_[last.slot]);
}

std::optional<Instant> ExpiryQueue::next_deadline() const noexcept {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().deadline;
}

std::optional<std::uint32_t> ExpiryQueue::due(Instant now) const noexcept {
  if (heap_.empty() || heap_.front().deadline > now) return std::nullopt;
  return heap_.front().slot;
}

}  // namespace turnpike::turn
