#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

#include "turnpike/rooms/notice.hpp"

namespace turnpike::rooms {

/// What is kept for members who may resume, each one's in order and without gaps, within bounds for each and for all
/// together. What has been sent to a socket is kept in case it did not arrive and gives way, the oldest of all first;
/// what has not been sent never does.
class KeptNotices {
  struct Entry;
  using List = std::list<Entry>;

 public:
  struct Bounds {
    std::size_t messages = 0;  ///< of one queue
    std::size_t bytes = 0;     ///< likewise
    std::size_t total = 0;     ///< bytes of all queues
  };

  /// One member's. Stays where it is, and is cleared before it ends.
  class Queue {
   public:
    Queue() = default;
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// The last sequence number that is not kept any more; 0: all are.
    [[nodiscard]] std::uint64_t gone_through() const noexcept { return gone_through_; }

   private:
    friend class KeptNotices;
    List::iterator first_;  // singular when there is none
    List::iterator last_;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t gone_through_ = 0;
  };

  KeptNotices() = default;
  KeptNotices(const KeptNotices&) = delete;
  KeptNotices& operator=(const KeptNotices&) = delete;

  /// Keeps the queue's next notice, for which others that were sent may have to go. False: there is no room for one
  /// that has not been sent. One that has been sent is then just not kept, nor what came before it.
  [[nodiscard]] bool keep(Queue& queue, std::uint64_t sequence, const std::shared_ptr<const Notice>& notice,
                          bool was_sent, const Bounds& bounds);
  /// Drops the queue's notices up to that number.
  void forget(Queue& queue, std::uint64_t through) noexcept;
  /// All that the queue has has been sent now.
  void mark_sent(Queue& queue) noexcept;
  void clear(Queue& queue) noexcept { forget(queue, UINT64_MAX); }
  /// Whether `bytes` fit into `total` besides what is kept; what was sent gives way.
  [[nodiscard]] bool make_room(std::size_t bytes, std::size_t total) noexcept;

  /// Calls `visit(sequence, notice)` from the oldest to the newest.
  template <typename Visit>
  void for_each(const Queue& queue, Visit visit) const {
    List::const_iterator entry = queue.first_;
    for (std::size_t i = 0; i < queue.size_; ++i) {
      visit(entry->sequence, entry->notice);
      entry = entry->next;
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return sent_.size() + unsent_.size(); }

 private:
  struct Entry {
    Queue* owner;
    std::uint64_t sequence;
    std::size_t cost;
    bool was_sent;
    std::shared_ptr<const Notice> notice;
    List::iterator next;  // of the same queue; means nothing in its last one
  };

  [[nodiscard]] bool make_room_in(Queue& queue, std::size_t cost, const Bounds& bounds) noexcept;
  void drop_first(Queue& queue) noexcept;

  List sent_;    // a queue's entries in order, so that the first of all is its owner's first
  List unsent_;  // in a queue, behind those that were sent
  std::size_t bytes_ = 0;
};

/// What keeping a notice costs, in bytes: its texts, and a flat sum for what is around them.
[[nodiscard]] std::size_t cost_of(const Notice& notice) noexcept;

}  // namespace turnpike::rooms
