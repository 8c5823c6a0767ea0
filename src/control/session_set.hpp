#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <unordered_map>

#include "control/exchange.hpp"
#include "turnpike/control/http_server.hpp"

namespace turnpike::control {

class HttpSession;

/// What all sessions of a server share, and the sessions themselves. A session reaches it only until it has closed.
struct SessionSet {
  HttpOptions options;
  HttpCounters counters;
  ExchangeHandler handler;
  bool draining = false;
  std::unordered_map<const HttpSession*, std::shared_ptr<HttpSession>> sessions;
  std::list<HttpSession*> waiting;  ///< those that wait for a whole request, the longest waiting first
  std::list<HttpSession*> patient;  ///< those whose answer may take long (Exchange::patience), likewise
};

}  // namespace turnpike::control
