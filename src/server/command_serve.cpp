#include <fmt/format.h>

#include <ostream>

#include "server/command_table.hpp"
#include "server/config_loader.hpp"
#include "server/config_values.hpp"
#include "server/demo.hpp"

namespace turnpike::server {
namespace {

std::vector<ListenUrl> parse_listeners(const std::vector<std::string>& texts) {
  std::vector<ListenUrl> listeners;
  for (const std::string& text : texts) {
    const Parsed<ListenUrl> parsed = parse_listen_url(text, PortZero::allowed);
    if (!parsed) throw WrongCall{fmt::format("--listen: {}", parsed.error().message)};
    listeners.push_back(*parsed);
  }
  return listeners;
}

/// Outlives the command line: of the world it takes the environment only. `--listen` counts at a reload as well.
std::function<LoadedConfig()> make_reread(std::string path, std::vector<ListenUrl> listeners,
                                          ConfigEnvironment environment) {
  return [path = std::move(path), listeners = std::move(listeners), environment = std::move(environment)] {
    const Result<std::string> text = environment.read_file(path);
    LoadedConfig loaded;
    if (text) {
      loaded = load_config(*text, path, environment);
    } else {
      loaded.file_name = path;
      loaded.report.mistakes.push_back({{}, fmt::format("cannot be read: {}", text.error().message())});
    }
    if (!listeners.empty()) loaded.config.listen = listeners;
    return loaded;
  };
}

}  // namespace

cxxopts::Options serve_options() {
  cxxopts::Options options(
      "turnpike serve",
      "Runs the server until SIGTERM or SIGINT.\n\nWithout a file it is a demo: it makes up its secret, "
      "relays only between loopback\nand this machine's own addresses, and prints ICE servers to paste. "
      "The demo is\nnot meant for the internet.\n");
  options.add_options()("c,config", "the configuration file", cxxopts::value<std::string>(), "FILE")(
      "listen",
      "listen here instead, such as udp://127.0.0.1:3478; may be given more than once; port 0 takes a free one",
      cxxopts::value<std::vector<std::string>>(), "URL")("h,help", "this text");
  return options;
}

ExitCode run_serve(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  ServeOptions options;
  std::vector<ListenUrl> listeners;
  if (parsed.count("listen") != 0) listeners = parse_listeners(parsed["listen"].as<std::vector<std::string>>());
  if (parsed.count("config") != 0) {
    const auto& path = parsed["config"].as<std::string>();
    const auto loaded = load_config_file(path, world, world.err);
    if (!loaded) return ExitCode::failed;
    options.reread = make_reread(path, listeners, world.environment);
    options.config = loaded->config;
    options.listeners_chosen = loaded->sources.contains("listen");
  } else {
    options.config = make_demo_config(world.interfaces(), world.random);
    options.demo = true;
  }
  if (!listeners.empty()) {
    options.config.listen = listeners;
    options.listeners_chosen = true;
  }
  for (const ListenUrl& listener : listeners) {
    // The demo makes a certificate up; a file without one was checked for its own listeners only.
    if (options.demo || !needs_certificate(listener.scheme) || !options.config.tls.certificates.empty()) continue;
    throw WrongCall{fmt::format("--listen: {} needs [tls] certificates in the file", show(listener))};
  }
  options.log = make_stderr_log(options.config.log);
  return world.run_server(options) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace turnpike::server
