#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "control/http_message.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::control {

/// Why a request is not granted, in words for whoever sent it. A body that is not taken: 400, 413 or 415.
struct RequestFault {
  http::status status = http::status::bad_request;
  std::string detail;
};

inline constexpr std::size_t kMaxBody = 65'536;  ///< bytes

/// The media type of Content-Type (RFC 9110 section 8.3.1) in lower case, without parameters; empty without that field
/// and with several of it.
[[nodiscard]] std::string media_type_of(const Request& request);

enum class EmptyBody : std::uint8_t { refused, empty_object };  ///< the latter whatever its Content-Type says

/// The JSON object that `text` is. Strict (RFC 8259): nothing behind it, no duplicate names, no lone surrogates, valid
/// UTF-8, numbers that a double can hold, no deeper than 16. Else 400.
[[nodiscard]] Result<boost::json::object, RequestFault> parse_json_object(std::string_view text);
/// The JSON object in the body, likewise. At most kMaxBody.
[[nodiscard]] Result<boost::json::object, RequestFault> parse_json_body(const Request& request, EmptyBody empty);

}  // namespace turnpike::control
