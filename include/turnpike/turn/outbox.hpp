#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/turn/command.hpp"

namespace turnpike::turn {

/// What the core wants done, in order. Bounded: room is asked for before a request is acted on. The caller drains it
/// after every call into the core and before the next.
class Outbox {
 public:
  static constexpr std::size_t kCapacity = 64;
  /// The most that one request, one completion or one expiry can cause.
  static constexpr std::size_t kPerEvent = 8;
  /// Large enough for any answer of ours: a 401 with the longest realm is under 1,000 bytes.
  static constexpr std::size_t kMessageSize = 1280;
  static constexpr std::size_t kMessages = 4;

  Outbox() { commands_.reserve(kCapacity); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  [[nodiscard]] bool empty() const noexcept { return commands_.empty(); }
  [[nodiscard]] std::size_t room() const noexcept { return kCapacity - commands_.size(); }
  /// How many message_buffer() still has.
  [[nodiscard]] std::size_t message_room() const noexcept { return kMessages - messages_; }
  [[nodiscard]] std::span<Command> commands() noexcept { return commands_; }
  void clear() noexcept {
    commands_.clear();
    messages_ = 0;
  }

  void push(Command command) noexcept {
    TURNPIKE_CHECK(commands_.size() < kCapacity);  // within the reserved capacity: never reallocates
    commands_.push_back(std::move(command));
  }
  /// Memory for one message that a SendToClient will point to; valid until clear(). Empty when there is none left.
  [[nodiscard]] MutableByteSpan message_buffer() noexcept {
    if (messages_ == kMessages) return {};
    return buffers_[messages_++];
  }

 private:
  std::vector<Command> commands_;
  std::array<std::array<std::uint8_t, kMessageSize>, kMessages> buffers_{};
  std::size_t messages_ = 0;
};

}  // namespace turnpike::turn
