#pragma once

#include <string_view>

#include "control/http_message.hpp"

namespace turnpike::control {

/// Compresses an answer's body with gzip when the client takes that and it is worth it. For static and public text
/// alone: a secret beside something that the asker chooses shows in the compressed length (BREACH).
void compress_if_accepted(const Request& request, Response& response);

/// Adds to the Vary field (RFC 9110 section 12.5.5).
void add_vary(Response& response, std::string_view field);

}  // namespace turnpike::control
