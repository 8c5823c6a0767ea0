#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/http_message.hpp"

namespace turnpike::control {

/// What a request is about (RFC 9112 section 3.2), percent-decoded.
struct RequestTarget {
  std::string path;  ///< begins with a slash; "*" for OPTIONS in asterisk-form
  /// The path's, between the slashes as they were sent: an encoded slash belongs to its segment.
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;  ///< in order; a plus means a space, as in forms
};

/// Takes origin-form, absolute-form (http or https, without user information) and, of OPTIONS, asterisk-form. Nothing
/// for other targets, and for those with a fragment, with control characters or with what is no UTF-8, also encoded.
[[nodiscard]] std::optional<RequestTarget> parse_target(http::verb method, std::string_view target);

}  // namespace turnpike::control
