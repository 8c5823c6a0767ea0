#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "control/exchange.hpp"
#include "control/gate.hpp"

namespace turnpike::control {

/// What a route demands before its handler runs.
enum class Access : std::uint8_t {
  open,         ///< nothing, or the handler asks the gate itself (shapes whose key is not a bearer token)
  credentials,  ///< a bearer key with that scope; from a browser, of an origin that may
  rooms,
  admin,
};

/// Method and path to handler. Answers by itself: 404; 405 with Allow; HEAD as GET without the body; OPTIONS with
/// Allow; CORS preflights and the CORS fields of answers; 401, 403 and 429 by the gate.
class Router {
 public:
  Router(Gate& gate, std::function<Now()> clock);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  /// The handlers go, and what they keep, also when replies are still to come.
  ~Router();

  /// `pattern`: "/api/v1/allocations/{id}"; {…} takes one segment that is not empty. The order of adding is the order
  /// of trying. `pattern` is also the route's name in the metrics.
  void add(http::verb method, std::string pattern, Access access, ExchangeHandler handler);

  void handle(const std::shared_ptr<Exchange>& exchange, Reply reply);

  [[nodiscard]] std::vector<std::string> route_names() const;  ///< the last one is "other"
  [[nodiscard]] const std::vector<std::uint64_t>& by_route() const noexcept;
  [[nodiscard]] const std::vector<std::uint64_t>& by_status() const noexcept;  ///< 1xx to 5xx

 private:
  struct Route;
  struct State;
  struct Pending;
  void run(const Route& route, const std::shared_ptr<Exchange>& exchange, const std::shared_ptr<Pending>& pending);
  void refuse_method(const Exchange& exchange, Pending& pending) const;
  void answer_options(const Exchange& exchange, Pending& pending) const;
  std::shared_ptr<State> state_;  // replies may come when the router is gone
};

}  // namespace turnpike::control
