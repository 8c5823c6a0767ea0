#pragma once

#include "turn/core_state.hpp"
#include "turn/reply.hpp"
#include "turn/request.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::turn {

/// The allocation that a request other than Allocate is about: 437 without one, 441 for another username than the one
/// that made it (RFC 8656 section 5).
[[nodiscard]] inline Result<Allocation*, Refusal> find_allocation(CoreState& state, const Request& request) noexcept {
  Allocation* allocation = state.allocations.find(request.five_tuple);
  if (allocation == nullptr || allocation->state != Allocation::State::live) {
    return Refusal(stun::ErrorCode::allocation_mismatch);
  }
  if (allocation->username != request.authentication.username) return Refusal(stun::ErrorCode::wrong_credentials);
  return allocation;
}

/// How a handler's success response is addressed and protected.
[[nodiscard]] inline ReplyContext reply_context(const Request& request) noexcept {
  return {request.five_tuple, request.message.method(), request.message.transaction_id(),
          request.authentication.integrity, request.message.has(stun::AttributeType::fingerprint)};
}

}  // namespace turnpike::turn
