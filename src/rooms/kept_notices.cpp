#include "rooms/kept_notices.hpp"

#include <variant>

namespace turnpike::rooms {

bool KeptNotices::keep(Queue& queue, std::uint64_t sequence, const std::shared_ptr<const Notice>& notice, bool was_sent,
                       const Bounds& bounds) {
  const std::size_t cost = cost_of(*notice);
  if (!make_room_in(queue, cost, bounds) || !make_room(cost, bounds.total)) {
    if (was_sent) queue.gone_through_ = sequence;
    return was_sent;
  }
  List& list = was_sent ? sent_ : unsent_;
  list.push_back({&queue, sequence, cost, was_sent, notice, {}});
  const auto entry = std::prev(list.end());
  if (queue.size_ == 0) {
    queue.first_ = entry;
  } else {
    queue.last_->next = entry;
  }
  queue.last_ = entry;
  ++queue.size_;
  queue.bytes_ += cost;
  bytes_ += cost;
  return true;
}

bool KeptNotices::make_room_in(Queue& queue, std::size_t cost, const Bounds& bounds) noexcept {
  while (queue.size_ >= bounds.messages || cost > bounds.bytes || queue.bytes_ > bounds.bytes - cost) {
    if (queue.size_ == 0 || !queue.first_->was_sent) return false;
    drop_first(queue);
  }
  return true;
}

bool KeptNotices::make_room(std::size_t bytes, std::size_t total) noexcept {
  if (bytes > total) return false;
  while (bytes_ > total - bytes) {
    if (sent_.empty()) return false;
    drop_first(*sent_.front().owner);
  }
  return true;
}

void KeptNotices::forget(Queue& queue, std::uint64_t through) noexcept {
  while (queue.size_ > 0 && queue.first_->sequence <= through) drop_first(queue);
}

void KeptNotices::mark_sent(Queue& queue) noexcept {
  auto entry = queue.first_;
  for (std::size_t i = 0; i < queue.size_; ++i) {
    const auto next = entry->next;
    if (!entry->was_sent) {
      entry->was_sent = true;
      sent_.splice(sent_.end(), unsent_, entry);
    }
    entry = next;
  }
}

void KeptNotices::drop_first(Queue& queue) noexcept {
  const auto entry = queue.first_;
  queue.gone_through_ = entry->sequence;
  queue.first_ = entry->next;
  --queue.size_;
  queue.bytes_ -= entry->cost;
  bytes_ -= entry->cost;
  (entry->was_sent ? sent_ : unsent_).erase(entry);
}

namespace {

// Not std::visit, which can throw. What is not numbered is not kept.
std::size_t texts_of(const Notice& notice) noexcept {
  if (const auto* joined = std::get_if<PeerJoined>(&notice)) return joined->peer.user.size() + joined->peer.name.size();
  if (const auto* left = std::get_if<PeerLeft>(&notice)) return left->user.size();
  if (const auto* signal = std::get_if<Signal>(&notice)) return signal->from.size() + signal->body->size();
  if (const auto* chat = std::get_if<Chat>(&notice)) return chat->from.size() + chat->name.size() + chat->text.size();
  return 0;
}

}  // namespace

std::size_t cost_of(const Notice& notice) noexcept {
  constexpr std::size_t kFlat = 256;  // the notice with its counts, the entry, and what the allocator adds to both
  return kFlat + texts_of(notice);
}

}  // namespace turnpike::rooms
