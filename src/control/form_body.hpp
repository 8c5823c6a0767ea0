#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/json_body.hpp"

namespace turnpike::control {

/// Names and values in order, percent-decoded.
using FormFields = std::vector<std::pair<std::string, std::string>>;

/// The fields of an application/x-www-form-urlencoded body: at most 64, in at most kMaxBody, of UTF-8 without control
/// characters. None in an empty body, whatever its Content-Type says.
[[nodiscard]] Result<FormFields, RequestFault> parse_form_body(const Request& request);

/// The first field of that name; null when there is none.
[[nodiscard]] const std::string* find_field(const FormFields& fields, std::string_view name) noexcept;

}  // namespace turnpike::control
