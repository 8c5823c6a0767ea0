#pragma once

#include <functional>
#include <string>

#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/probe/check_report.hpp"
#include "turnpike/probe/server_uri.hpp"

namespace turnpike::probe {

struct CheckOptions {
  std::string username;  ///< empty: none, and the check ends where one is asked for
  std::string password;
  std::string trusted_pem;         ///< CA certificates; empty: those of this machine
  bool is_insecure = false;        ///< goes on in spite of a bad certificate
  Duration patience = Seconds{5};  ///< for each step
};

/// What the check takes of the world.
struct CheckWorld {
  std::function<Instant()> clock;
  std::function<UnixSeconds()> wall;
  Random& random;
  /// Each step when it has ended; the reference is good during the call.
  std::function<void(const ServerUri&, Transport, const Step&)> on_step;
};

/// Plays a client against one server over each transport of the URI, one after the other. Waits for the network, at
/// most some ten times the patience for each transport; in one thread, with sockets that are closed at the end.
[[nodiscard]] UriReport check_server(const ServerUri& uri, const CheckOptions& options, const CheckWorld& world);

}  // namespace turnpike::probe
