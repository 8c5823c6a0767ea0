#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/http_message.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/control/api_key.hpp"

namespace turnpike::control {

/// Who is at the other end of a connection.
struct Caller {
  Endpoint client;
  Endpoint server;
  bool is_secure = false;       ///< TLS
  bool is_local_admin = false;  ///< came by the admin socket: no key needed
};

/// One request, and what the router has found out about it. Shared with whoever answers later.
struct Exchange {
  Request request;
  Caller caller;
  std::string path;                                        ///< percent-decoded, without the query
  std::vector<std::string> segments;                       ///< the path's, percent-decoded; may contain slashes
  std::vector<std::pair<std::string, std::string>> query;  ///< percent-decoded, in order
  std::vector<std::string> parameters;                     ///< the route's {...}, in order, percent-decoded
  /// Whose key it came with, on routes that need one; nothing for a local admin.
  std::optional<ApiKeyGrant> grant;

  /// The first parameter of that name; null when there is none.
  [[nodiscard]] const std::string* find_query(std::string_view name) const noexcept;
};

/// Nothing when the request's target is none (see parse_target()).
[[nodiscard]] std::shared_ptr<Exchange> make_exchange(Request request, const Caller& caller);

/// Answers an exchange; exactly once, at once or later, on the loop's thread. What comes after the client has gone is
/// thrown away.
using Reply = std::function<void(Response)>;
using ExchangeHandler = std::function<void(std::shared_ptr<Exchange>, Reply)>;

}  // namespace turnpike::control
