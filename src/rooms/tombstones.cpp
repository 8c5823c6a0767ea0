#include "rooms/tombstones.hpp"

#include <utility>

namespace turnpike::rooms {

void Tombstones::add(std::string key, Instant until) {
  const auto [stone, is_new] = stones_.try_emplace(std::move(key), timeline_.end());
  if (!is_new) timeline_.erase(stone->second);
  stone->second = timeline_.emplace(until, stone->first);
  if (stones_.size() > kMost) forget_first();
}

bool Tombstones::has(std::string_view key, Instant now) const {
  const auto stone = stones_.find(key);
  return stone != stones_.end() && stone->second->first > now;
}

void Tombstones::expire(Instant now) noexcept {
  while (next_deadline() <= now) forget_first();
}

void Tombstones::forget_first() noexcept {
  const auto first = timeline_.begin();
  const auto stone = stones_.find(first->second);
  timeline_.erase(first);  // before the text that it looks at
  stones_.erase(stone);
}

}  // namespace turnpike::rooms
