#pragma once

#include <functional>
#include <memory>

#include "server/config_loader.hpp"
#include "server/event_log.hpp"

namespace turnpike::server {

struct ServeOptions {
  Config config;                  ///< checked
  bool demo = false;              ///< print demo_banner() to standard output once everything listens
  bool listeners_chosen = false;  ///< somebody wrote the listeners down: each must bind. Else one family may be absent.
  std::shared_ptr<EventLog> log;
  std::function<LoadedConfig()> reread;  ///< the configuration once more, at any time later; null for the demo
};

/// Serves until a signal stops it. Returns the process's exit code: 0 after an orderly stop, 1 when it could not serve.
int run_server(const ServeOptions& options);

}  // namespace turnpike::server
