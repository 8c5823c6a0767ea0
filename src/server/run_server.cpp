#include "server/run_server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "server/clock.hpp"
#include "server/demo.hpp"
#include "server/demo_tls.hpp"
#include "server/server.hpp"

namespace turnpike::server {
namespace {

// Every allocation is a descriptor or two. What the administrator allows is what we take; failing to is no reason to
// stop.
void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace

int run_server(const ServeOptions& options) {
  try {
    raise_descriptor_limit();
    Server server(options.config, {options.listeners_chosen, options.demo ? make_demo_tls() : nullptr, options.reread},
                  options.log);
    for (const std::string& warning : server.addresses().warnings) options.log->write(LogLevel::warn, warning);
    if (options.demo) {
      fmt::print("{}", demo_banner(server.config(), server.addresses(), sample_now().wall));
      static_cast<void>(std::fflush(stdout));
    }
    server.run();
    return 0;
  } catch (const std::exception& error) {
    options.log->write(LogLevel::error, "cannot serve", {{"reason", error.what()}});
    options.log->flush();
    return 1;
  }
}

}  // namespace turnpike::server
