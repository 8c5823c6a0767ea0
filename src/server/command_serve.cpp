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

/// What the call says in the place of the configuration; what is empty it says nothing about.
struct Overrides {
  std::vector<ListenUrl> listeners;
  std::string web_root;

  void apply_to(Config& config) const {
    if (!listeners.empty()) config.listen = listeners;
    if (!web_root.empty()) config.web.root = web_root;
  }
};

Overrides read_overrides(const cxxopts::ParseResult& parsed, const CommandWorld& world) {
  Overrides overrides;
  if (parsed.count("listen") != 0) {
    overrides.listeners = parse_listeners(parsed["listen"].as<std::vector<std::string>>());
  }
  if (parsed.count("web-root") != 0) {
    overrides.web_root = parsed["web-root"].as<std::string>();
    if (!world.environment.is_folder(overrides.web_root)) {
      throw WrongCall{fmt::format("--web-root: there is no folder {}", overrides.web_root)};
    }
  }
  return overrides;
}

/// Outlives the command line: of the world it takes the environment only. What the call says counts at a reload as
/// well.
std::function<LoadedConfig()> make_reread(std::string path, Overrides overrides, ConfigEnvironment environment) {
  return [path = std::move(path), overrides = std::move(overrides), environment = std::move(environment)] {
    const Result<std::string> text = environment.read_file(path);
    LoadedConfig loaded;
    if (text) {
      loaded = load_config(*text, path, environment);
    } else {
      loaded.file_name = path;
      loaded.report.mistakes.push_back({{}, fmt::format("cannot be read: {}", text.error().message())});
    }
    overrides.apply_to(loaded.config);
    return loaded;
  };
}

}  // namespace

cxxopts::Options serve_options() {
  cxxopts::Options options(
      "turnpike serve",
      "Runs the server until SIGTERM or SIGINT.\n\nWithout a file it is a demo: it makes up its secret, "
      "relays only between loopback\nand this machine's own addresses, serves its page on port 8080 and, with a "
      "made-up\ncertificate, 8443 (or the next that are free), and prints where that is and ICE\nservers to paste. "
      "TURNPIKE_QR=0 leaves the QR code out, TURNPIKE_QR=1 prints it\nwhere standard output is no terminal. The demo "
      "is "
      "not meant for the internet.\n");
  options.add_options()("c,config", "the configuration file", cxxopts::value<std::string>(), "FILE")(
      "listen",
      "listen here instead, such as udp://127.0.0.1:3478; may be given more than once; port 0 takes a free one",
      cxxopts::value<std::vector<std::string>>(),
      "URL")("web-root", "serve the page's files out of this folder instead of those that are built in",
             cxxopts::value<std::string>(), "DIR")("h,help", "this text");
  return options;
}

ExitCode run_serve(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  ServeOptions options;
  const Overrides overrides = read_overrides(parsed, world);
  if (parsed.count("config") != 0) {
    const auto& path = parsed["config"].as<std::string>();
    const auto loaded = load_config_file(path, world, world.err);
    if (!loaded) return ExitCode::failed;
    options.reread = make_reread(path, overrides, world.environment);
    options.config = loaded->config;
    options.listeners_chosen = loaded->sources.contains("listen");
  } else {
    options.config = make_demo_config(world.interfaces(), world.random);
    options.demo = true;
  }
  overrides.apply_to(options.config);
  options.listeners_chosen = options.listeners_chosen || !overrides.listeners.empty();
  for (const ListenUrl& listener : overrides.listeners) {
    // The demo makes a certificate up; a file without one was checked for its own listeners only.
    if (options.demo || !needs_certificate(listener.scheme) || !options.config.tls.certificates.empty()) continue;
    throw WrongCall{fmt::format("--listen: {} needs [tls] certificates in the file", show(listener))};
  }
  options.log = make_stderr_log(options.config.log);
  return world.run_server(options) == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace turnpike::server
