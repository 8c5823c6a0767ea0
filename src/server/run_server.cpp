#include "server/run_server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "server/clock.hpp"
#include "server/demo_banner.hpp"
#include "server/demo_ports.hpp"
#include "server/demo_tls.hpp"
#include "server/page_origin.hpp"
#include "server/printable_text.hpp"
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

void print_banner(const Server& server) {
  const ConfigEnvironment environment = process_environment();
  const auto qr =
      choose_qr_style(environment.variable("TURNPIKE_QR"), environment.variable("TERM"), ::isatty(STDOUT_FILENO) == 1);
  fmt::print("{}", demo_banner(server.config(), server.addresses(), sample_now().wall, qr));
  static_cast<void>(std::fflush(stdout));
}

}  // namespace

int run_server(const ServeOptions& options) {
  const ServiceManager manager = find_service_manager(process_environment());
  try {
    // Whoever reads the log may go away: that must not be our end.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    raise_descriptor_limit();
    Config config = options.config;
    if (options.demo && !options.listeners_chosen) choose_demo_ports(config, probe_port);
    Server server(std::move(config),
                  {options.listeners_chosen, options.demo ? make_demo_tls() : nullptr, options.reread, manager,
                   take_inherited_sockets()},
                  options.log);
    for (const std::string& warning : server.addresses().warnings) options.log->write(LogLevel::warn, warning);
    if (options.demo) {
      print_banner(server);
    } else if (const auto url = page_url(server.config(), !server.config().tls.certificates.empty())) {
      options.log->write(LogLevel::info, "web page", {{"url", *url}});
    }
    server.run();
    return 0;
  } catch (const std::exception& error) {
    options.log->write(LogLevel::error, "cannot serve", {{"reason", error.what()}});
    options.log->flush();
    if (manager.notify) manager.notify(fmt::format("STATUS=Cannot serve: {}", escape_line(error.what())));
    return 1;
  }
}

}  // namespace turnpike::server
