#pragma once

#include <optional>
#include <string>

#include "control/http_message.hpp"

namespace turnpike::control {

struct BasicCredentials {
  std::string user;
  std::string password;
};

/// "Authorization: Basic ..." (RFC 7617 section 2). Nothing when there is none or several, when it is longer than 1
/// KiB, or when it is not padded base64 of UTF-8 without control characters with a colon in it.
[[nodiscard]] std::optional<BasicCredentials> basic_credentials(const Request& request);

}  // namespace turnpike::control
