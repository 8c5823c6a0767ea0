#include "turnpike/rooms/notice.hpp"

namespace turnpike::rooms {

std::string_view name_of(LeaveReason reason) noexcept {
  switch (reason) {
    case LeaveReason::left: return "left";
    case LeaveReason::disconnected: return "disconnected";
    case LeaveReason::replaced: return "replaced";
    case LeaveReason::kicked: return "kicked";
    case LeaveReason::closed: return "closed";
    case LeaveReason::overflow: return "overflow";
  }
  return "?";
}

std::string_view name_of(Refusal refusal) noexcept {
  switch (refusal) {
    case Refusal::bad_message: return "bad-message";
    case Refusal::unauthorized: return "unauthorized";
    case Refusal::not_in_room: return "not-in-room";
    case Refusal::room_full: return "room-full";
    case Refusal::unknown_target: return "unknown-target";
    case Refusal::rate_limited: return "rate-limited";
    case Refusal::too_large: return "too-large";
    case Refusal::draining: return "draining";
  }
  return "?";
}

}  // namespace turnpike::rooms
