#pragma once

#include <cstdint>

#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::turn {

/// A protocol refusal as a value; reply.cpp turns it into the one error response.
struct Refusal {
  stun::ErrorCode code{};
  bool challenge = false;           ///< REALM, NONCE and PASSWORD-ALGORITHMS go with it (401, 438)
  stun::UnknownAttributes unknown;  ///< with 420

  Refusal() = default;
  explicit Refusal(stun::ErrorCode error) noexcept : code(error) {}
  static Refusal with_challenge(stun::ErrorCode error) noexcept {
    Refusal refusal(error);
    refusal.challenge = true;
    return refusal;
  }
  static Refusal unknown_attributes(const stun::UnknownAttributes& unknown) noexcept {
    Refusal refusal(stun::ErrorCode::unknown_attribute);
    refusal.unknown = unknown;
    return refusal;
  }
};

}  // namespace turnpike::turn
