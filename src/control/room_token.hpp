#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/rooms/permissions.hpp"

namespace turnpike::control {

/// What a room token says (JWT, RFC 7519): claims `room`, `sub`, `name`, `exp`, `nbf`, and `allow`, a list of "join",
/// "publish" and "close". Without `allow`: join and publish.
struct RoomClaims {
  std::string room;
  std::string user;  ///< sub; empty when it is absent: any
  std::string name;
  UnixSeconds expiry{};
  bool may_join = true;
  rooms::Permissions may;
};

enum class TokenFault : std::uint8_t {
  malformed,  ///< no JWT, or claims that are missing or of another kind
  wrong_algorithm,
  wrong_signature,
  expired,
  not_yet,
};
[[nodiscard]] std::string_view explain(TokenFault fault) noexcept;

inline constexpr std::size_t kMaxToken = 4096;  ///< bytes
inline constexpr Seconds kTokenClockSkew{30};   ///< by which other machines' clocks may differ, both ways

/// HS256 (RFC 7518 section 3.2) by `secret`.
[[nodiscard]] std::string sign_room_token(const RoomClaims& claims, std::string_view secret, UnixSeconds now);
/// The algorithm is fixed: what the header says is compared with it and chooses nothing (RFC 8725 section 3.1).
[[nodiscard]] Result<RoomClaims, TokenFault> verify_room_token(std::string_view token,
                                                               const std::vector<std::string>& secrets,
                                                               UnixSeconds now);
/// Whether it can be a JWT at all: three parts. API keys are none.
[[nodiscard]] bool looks_like_token(std::string_view text) noexcept;

}  // namespace turnpike::control
