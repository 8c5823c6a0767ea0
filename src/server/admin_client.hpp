#pragma once

#include <functional>
#include <string>

#include "turnpike/base/result.hpp"

namespace turnpike::server {

/// One call of the HTTP API.
struct AdminRequest {
  std::string method;  ///< "GET", "POST" or "DELETE"
  std::string target;  ///< path and query, percent-encoded
  std::string body{};  ///< JSON; empty: none
};
struct AdminAnswer {
  unsigned status = 0;
  std::string body;
};
using AskServer = std::function<Result<AdminAnswer>(const std::string& socket, const AdminRequest& request)>;

/// Asks the running server over its admin socket and waits for the answer, at most ten seconds. A server that closes
/// the connection without an answer is `connection_reset`: it does so to users who may not.
[[nodiscard]] Result<AdminAnswer> ask_server(const std::string& socket, const AdminRequest& request);

/// Everything but letters, digits and "-._~" as %XX (RFC 3986 section 2.1).
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace turnpike::server
