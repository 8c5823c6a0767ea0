#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "rooms/core_state.hpp"

namespace turnpike::rooms {

template <typename T>
[[nodiscard]] std::shared_ptr<const Notice> make_notice(T content) {
  return std::make_shared<const Notice>(std::move(content));
}

/// Tells a client what is not numbered (Joined has the number before it).
template <typename T>
void tell(const Client& client, T content, std::vector<Delivery>& out, std::uint64_t sequence = 0) {
  out.push_back({client.id, sequence, make_notice(std::move(content))});
}

void refuse(CoreState& state, const Client& client, Refused refused, std::vector<Delivery>& out);

/// Tells a member what is numbered: now, or when it resumes. One for whom there is no room becomes overdue.
void send(CoreState& state, Member& member, const std::shared_ptr<const Notice>& notice, std::vector<Delivery>& out);

/// To all of a room who are not hidden, but `except`.
void announce(CoreState& state, const Room& room, const Member* except, const std::shared_ptr<const Notice>& notice,
              std::vector<Delivery>& out);

}  // namespace turnpike::rooms
