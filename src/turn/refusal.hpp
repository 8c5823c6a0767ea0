#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::turn {

/// Where a client is sent (RFC 8489 sections 14.15 and 14.16). Points into the configuration.
struct Redirection {
  const Endpoint* server = nullptr;        ///< of the client's own address family
  const Endpoint* other_family = nullptr;  ///< null: none
  std::string_view domain;                 ///< empty: none
};

/// A protocol refusal as a value; reply.cpp turns it into the one error response.
struct Refusal {
  stun::ErrorCode code{};
  bool challenge = false;                  ///< REALM, NONCE and PASSWORD-ALGORITHMS go with it (401, 438)
  stun::UnknownAttributes unknown;         ///< with 420
  std::optional<Redirection> redirection;  ///< with 300

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
