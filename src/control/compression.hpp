#pragma once

#include <string>
#include <string_view>

#include "control/http_message.hpp"

namespace turnpike::control {

/// Compresses an answer's body with gzip when the client takes that and it is worth it. For static and public text
/// alone: a secret beside something that the asker chooses shows in the compressed length (BREACH).
void compress_if_accepted(const Request& request, Response& response);

/// Whether the client takes gzip and does not like the plain text better.
[[nodiscard]] bool accepts_gzip(const Request& request);

/// gzip, of public text as above; empty when it is not worth it.
[[nodiscard]] std::string compress(std::string_view text);

/// Adds to the Vary field (RFC 9110 section 12.5.5).
void add_vary(Response& response, std::string_view field);

}  // namespace turnpike::control
