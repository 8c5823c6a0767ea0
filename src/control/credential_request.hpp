#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// For whom a credential is asked, and for how long.
struct CredentialRequest {
  std::string user;            ///< empty: the username is EXPIRY alone
  std::optional<Seconds> ttl;  ///< nothing: the default
};

/// USER of EXPIRY:USER as callers may choose it: opaque, 1 to 490 bytes of UTF-8 without control characters, so that
/// the whole fits into USERNAME (RFC 8489 section 14.3).
[[nodiscard]] bool is_acceptable_user(std::string_view user) noexcept;

// Durations of 1 second to 100 years; nothing for everything else.

/// "3600".
[[nodiscard]] std::optional<Seconds> parse_ttl_digits(std::string_view text) noexcept;
/// 3600, not 3600.0.
[[nodiscard]] std::optional<Seconds> parse_ttl_number(const boost::json::value& value) noexcept;

}  // namespace turnpike::control
