#include "turn/connection_table.hpp"

#include <algorithm>
#include <array>

#include "turnpike/base/check.hpp"

namespace turnpike::turn {

std::optional<ConnectionId> ConnectionTable::pick_id(Random& random) const noexcept {
  // Of 2^24 numbers no more than a fraction is in use: eight misses in a row do not happen, but a loop has an end.
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::array<std::uint8_t, 4> bytes{};
    random.fill(bytes);
    bytes[0] = worker_;
    const auto value = load_be<std::uint32_t>(ByteSpan(bytes).first<4>());
    if (value != 0 && !slot_of_.contains(value)) return ConnectionId{value};
  }
  return std::nullopt;
}

PeerConnection* ConnectionTable::insert(Random& random) {
  if (size() >= max_connections_) return nullptr;
  const auto id = pick_id(random);
  if (!id) return nullptr;
  if (free_slots_.empty()) {
    const auto fresh = static_cast<std::uint32_t>(slots_.size());
    if (free_slots_.capacity() <= slots_.size()) {
      free_slots_.reserve(std::max<std::size_t>(16, 2 * slots_.size()));  // so that erase() never has to allocate
    }
    expiries_.reserve_slots(slots_.size() + 1);
    slots_.emplace_back().slot = fresh;
    free_slots_.push_back(fresh);
  }
  const std::uint32_t slot = free_slots_.back();
  slot_of_.emplace(id->value, slot);
  free_slots_.pop_back();
  PeerConnection& connection = slots_[slot];
  connection.id = *id;
  connection.state = PeerConnection::State::connecting;
  return &connection;
}

void ConnectionTable::erase(PeerConnection& connection) noexcept {
  TURNPIKE_CHECK(connection.state != PeerConnection::State::free);
  expiries_.cancel(connection.slot);
  slot_of_.erase(connection.id.value);
  free_slots_.push_back(connection.slot);
  const std::uint32_t slot = connection.slot;
  connection = {};
  connection.slot = slot;
}

PeerConnection* ConnectionTable::find(ConnectionId id) noexcept {
  const auto found = slot_of_.find(id.value);
  return found == slot_of_.end() ? nullptr : &slots_[found->second];
}

PeerConnection* ConnectionTable::due(Instant now) noexcept {
  const auto slot = expiries_.due(now);
  return slot ? &slots_[*slot] : nullptr;
}

}  // namespace turnpike::turn
