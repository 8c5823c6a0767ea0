#pragma once

#include <string>
#include <string_view>

#include "server/config_values.hpp"
#include "turnpike/control/scope.hpp"

namespace turnpike::server {

// Rules for names that come from the configuration file or from the command line. Each returns what is wrong in words
// for the operator; empty when nothing is.

/// RFC 8489 section 14.9.
[[nodiscard]] std::string complain_about_realm(std::string_view realm);
/// RFC 8489 section 14.3.
[[nodiscard]] std::string complain_about_user_name(std::string_view name);
[[nodiscard]] std::string complain_about_password(std::string_view password);
/// Names of API keys stand in paths of URLs and in logs: letters, digits, '.', '_' and '-', 1 to 64.
[[nodiscard]] std::string complain_about_key_name(std::string_view name);

[[nodiscard]] Parsed<control::Scope> parse_scope(std::string_view text);

}  // namespace turnpike::server
