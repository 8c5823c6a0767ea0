#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/engine_stream.hpp"
#include "control/http_message.hpp"
#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/time.hpp"
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

  /// Set by a handler before it returns: how long its answer may take instead of HttpOptions::reply_timeout.
  std::optional<Duration> patience;
  /// Set by a handler before it answers 101: takes over the connection when that answer is out, with what the client
  /// has sent behind its request.
  std::function<void(EngineStream, std::vector<std::uint8_t>)> take_over;

  /// The first parameter of that name; null when there is none.
  [[nodiscard]] const std::string* find_query(std::string_view name) const noexcept;
  /// Likewise; empty when there is none.
  [[nodiscard]] std::string_view query_text(std::string_view name) const noexcept;
};

/// Nothing when the request's target is none (see parse_target()).
[[nodiscard]] std::shared_ptr<Exchange> make_exchange(Request request, const Caller& caller);

/// Answers an exchange; exactly once, at once or later, on the loop's thread. What comes after the client has gone is
/// thrown away.
using Reply = std::function<void(Response)>;
using ExchangeHandler = std::function<void(std::shared_ptr<Exchange>, Reply)>;

}  // namespace turnpike::control
