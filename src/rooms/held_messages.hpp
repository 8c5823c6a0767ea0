#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/rooms/notice.hpp"

namespace turnpike::rooms {

struct Room;

/// Messages to members that a room does not have yet, in order for each of them. What one sender has for one target
/// runs out together, when its first message does, so that the sender hears of it once.
class HeldMessages {
 public:
  struct Bounds {
    std::size_t for_target = 0;
    std::size_t total = 0;
  };
  struct Expired {
    Room* room = nullptr;
    std::uint64_t sender = 0;
    std::string target;
    std::size_t messages = 0;
  };

  HeldMessages() = default;
  HeldMessages(const HeldMessages&) = delete;
  HeldMessages& operator=(const HeldMessages&) = delete;

  /// `sender`: Member::serial in that room. `until` holds for the sender's first message to the target. False: full.
  [[nodiscard]] bool hold(Room& room, std::string_view target, std::uint64_t sender,
                          std::shared_ptr<const Notice> notice, Instant until, const Bounds& bounds);
  /// What was held for who has come, in the order in which it was sent.
  [[nodiscard]] std::vector<std::shared_ptr<const Notice>> take(Room& room, std::string_view target);
  /// One sender's messages to one target that have run out, and are gone with this; nothing when there are none.
  [[nodiscard]] std::optional<Expired> expire(Instant now);
  /// The room ends.
  void drop(Room& room);

  [[nodiscard]] Instant next_deadline() const noexcept { return timeline_.empty() ? kNever : timeline_.begin()->first; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  using Key = std::pair<Room*, std::string>;
  struct Due {
    const Key* queue;  // into queues_
    std::uint64_t sender;
  };
  using Timeline = std::multimap<Instant, Due>;
  struct Message {
    std::uint64_t sender;
    std::shared_ptr<const Notice> notice;
  };
  struct Queue {
    std::vector<Message> messages;
    std::map<std::uint64_t, Timeline::iterator> senders;
  };
  using Queues = std::map<Key, Queue>;

  void count_out(const Message& message) noexcept;
  void erase(Queues::iterator queue) noexcept;

  Queues queues_;
  Timeline timeline_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace turnpike::rooms
