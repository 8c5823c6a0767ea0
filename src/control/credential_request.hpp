#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "control/json_body.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// For whom a credential is asked, and for how long.
struct CredentialRequest {
  std::string user;            ///< empty: the username is EXPIRY alone
  std::optional<Seconds> ttl;  ///< nothing: the default
};

/// The members of a JSON body in which a shape says for whom and for how long.
struct RequestMembers {
  std::string_view user;
  std::string_view ttl;
};
struct RequestBody {
  std::optional<std::string> user;  ///< as it came, maybe empty
  std::optional<Seconds> ttl;
};
/// An empty body asks for nothing. 400 when a member is of another kind, and what parse_json_body() says.
[[nodiscard]] Result<RequestBody, RequestFault> read_request_body(const Request& request, const RequestMembers& names);

/// USER of EXPIRY:USER as callers may choose it: opaque, 1 to 490 bytes of UTF-8 without control characters, so that
/// the whole fits into USERNAME (RFC 8489 section 14.3).
[[nodiscard]] bool is_acceptable_user(std::string_view user) noexcept;

// Durations of 1 second to 100 years; nothing for everything else.

/// "3600".
[[nodiscard]] std::optional<Seconds> parse_ttl_digits(std::string_view text) noexcept;
/// 3600, not 3600.0.
[[nodiscard]] std::optional<Seconds> parse_ttl_number(const boost::json::value& value) noexcept;

}  // namespace turnpike::control
