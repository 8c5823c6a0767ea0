#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/backend.hpp"
#include "turnpike/control/control_settings.hpp"
#include "turnpike/control/http_server.hpp"
#include "turnpike/control/signaling_counters.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {

/// HTTP with everything that is served over it. Lives on the control loop; all calls on its thread.
class ControlPlane {
 public:
  struct Environment {
    boost::asio::io_context& loop;
    Backend& backend;  ///< outlives this
    Random& random;    ///< outlives this
    std::function<Now()> clock;
    /// Writes a revocation down. False when that failed (now); the revocation holds in memory all the same.
    std::function<bool(const StoredRevocation&)> keep_revocation;
  };
  struct Counters {
    HttpCounters http;
    std::uint64_t credentials_minted = 0;
    std::uint64_t wrong_keys = 0;           ///< also none at all
    std::uint64_t forbidden = 0;            ///< right key, wrong scope, origin or transport
    std::uint64_t rate_limited = 0;         ///< by a key's rate
    std::uint64_t slowed = 0;               ///< refused because the source has sent too many wrong keys
    std::uint64_t slowed_sources = 0;       ///< now
    std::vector<std::uint64_t> by_status;   ///< answers, by class: 1xx, 2xx, 3xx, 4xx, 5xx
    std::vector<std::uint64_t> by_route{};  ///< see route_names()
    SignalingCounters signaling;
  };

  ControlPlane(const Environment& environment, const HttpOptions& http, ControlSettings settings);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;
  ~ControlPlane();

  void serve(HttpStream stream);
  /// For requests from now on.
  void apply(ControlSettings settings);
  /// For sessions from now on; beyond a lower bound nobody is thrown out.
  void set_http_options(const HttpOptions& options);
  /// The keys of the database.
  void set_stored_keys(std::vector<ApiKey> keys);
  void start_draining();
  void stop();
  [[nodiscard]] Counters counters() const;
  /// Patterns of the routes, in the order of Counters::by_route: bounded, fit for labels.
  [[nodiscard]] std::vector<std::string> route_names() const;
  [[nodiscard]] std::size_t session_count() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace turnpike::control
