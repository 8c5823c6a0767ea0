#include "rooms/held_messages.hpp"

#include <utility>

#include "rooms/kept_notices.hpp"

namespace turnpike::rooms {

bool HeldMessages::hold(Room& room, std::string_view target, std::uint64_t sender, std::shared_ptr<const Notice> notice,
                        Instant until, const Bounds& bounds) {
  if (size_ >= bounds.total || bounds.for_target == 0) return false;
  const auto entry = queues_.try_emplace(Key{&room, target}).first;
  Queue& queue = entry->second;
  if (queue.messages.size() >= bounds.for_target) return false;
  if (!queue.senders.contains(sender)) {
    queue.senders.emplace(sender, timeline_.emplace(until, Due{&entry->first, sender}));
  }
  ++size_;
  bytes_ += cost_of(*notice);
  queue.messages.push_back({sender, std::move(notice)});
  return true;
}

std::vector<std::shared_ptr<const Notice>> HeldMessages::take(Room& room, std::string_view target) {
  std::vector<std::shared_ptr<const Notice>> taken;
  const auto entry = queues_.find(Key{&room, target});
  if (entry == queues_.end()) return taken;
  taken.reserve(entry->second.messages.size());
  for (const Message& message : entry->second.messages) taken.push_back(message.notice);
  erase(entry);
  return taken;
}

std::optional<HeldMessages::Expired> HeldMessages::expire(Instant now) {
  if (next_deadline() > now) return std::nullopt;
  const Due due = timeline_.begin()->second;
  const auto entry = queues_.find(*due.queue);
  Expired expired{entry->first.first, due.sender, entry->first.second, 0};
  Queue& queue = entry->second;
  expired.messages = std::erase_if(queue.messages, [&](const Message& message) {
    if (message.sender != due.sender) return false;
    count_out(message);
    return true;
  });
  timeline_.erase(timeline_.begin());
  queue.senders.erase(due.sender);
  if (queue.messages.empty()) queues_.erase(entry);
  return expired;
}

void HeldMessages::drop(Room& room) {
  auto entry = queues_.lower_bound(Key{&room, std::string()});
  while (entry != queues_.end() && entry->first.first == &room) erase(entry++);
}

void HeldMessages::count_out(const Message& message) noexcept {
  --size_;
  bytes_ -= cost_of(*message.notice);
}

void HeldMessages::erase(Queues::iterator queue) noexcept {
  for (const Message& message : queue->second.messages) count_out(message);
  for (const auto& [sender, due] : queue->second.senders) timeline_.erase(due);
  queues_.erase(queue);
}

}  // namespace turnpike::rooms
