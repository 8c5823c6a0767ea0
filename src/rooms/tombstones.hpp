#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "turnpike/base/time.hpp"

namespace turnpike::rooms {

/// Rooms that were closed and members that were kicked, for the time in which nobody may come back there. Bounded: when
/// it is full, what would be forgotten first is forgotten now.
class Tombstones {
 public:
  static constexpr std::size_t kMost = 4096;

  Tombstones() = default;
  Tombstones(const Tombstones&) = delete;
  Tombstones& operator=(const Tombstones&) = delete;

  void add_room(std::string_view room, Instant until) { add(std::string(room), until); }
  void add_member(std::string_view room, std::string_view user, Instant until) { add(key_of(room, user), until); }
  [[nodiscard]] bool has_room(std::string_view room, Instant now) const { return has(room, now); }
  [[nodiscard]] bool has_member(std::string_view room, std::string_view user, Instant now) const {
    return has(key_of(room, user), now);
  }
  void expire(Instant now) noexcept;
  [[nodiscard]] Instant next_deadline() const noexcept { return timeline_.empty() ? kNever : timeline_.begin()->first; }
  [[nodiscard]] std::size_t size() const noexcept { return stones_.size(); }

 private:
  using Timeline = std::multimap<Instant, std::string_view>;  // of keys in stones_

  // No control character is in an id.
  static std::string key_of(std::string_view room, std::string_view user) {
    return std::string(room).append(1, '\0').append(user);
  }
  void add(std::string key, Instant until);
  [[nodiscard]] bool has(std::string_view key, Instant now) const;
  void forget_first() noexcept;

  std::map<std::string, Timeline::iterator, std::less<>> stones_;
  Timeline timeline_;
};

}  // namespace turnpike::rooms
