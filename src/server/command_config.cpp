#include <fmt/format.h>

#include <ostream>

#include "server/command_table.hpp"
#include "server/config_loader.hpp"

namespace turnpike::server {
namespace {

ExitCode check_file(const std::string& path, CommandWorld& world) {
  const auto loaded = load_config_file(path, world, world.out);
  if (!loaded) return ExitCode::failed;
  world.out << fmt::format("{}: no mistakes\n", path);
  return ExitCode::done;
}

ExitCode show_defaults(CommandWorld& world) {
  LoadedConfig defaults;
  world.out << show_config(defaults);
  return ExitCode::done;
}

ExitCode show_file(const std::string& path, CommandWorld& world) {
  const auto loaded = load_config_file(path, world, world.err);
  if (!loaded) return ExitCode::failed;
  world.out << show_config(*loaded);
  return ExitCode::done;
}

}  // namespace

std::optional<LoadedConfig> load_config_file(const std::string& path, CommandWorld& world, std::ostream& report_to) {
  const Result<std::string> text = world.environment.read_file(path);
  if (!text) {
    report_to << fmt::format("{}: cannot be read: {}\n", path, text.error().message());
    return std::nullopt;
  }
  LoadedConfig loaded = load_config(*text, path, world.environment);
  report_to << format_report(loaded);
  if (!loaded.ok()) return std::nullopt;
  return loaded;
}

cxxopts::Options config_options() {
  cxxopts::Options options("turnpike config",
                           "check FILE prints every mistake and warning as FILE:LINE:COLUMN: MESSAGE.\n"
                           "show [FILE] prints every effective value and where it comes from, secrets masked;\n"
                           "without a file, the defaults.\n"
                           "import-coturn FILE makes a turnpike.toml out of coturn's turnserver.conf, and says on\n"
                           "standard error what became of every line. It holds the secrets.\n");
  options.add_options()("h,help", "this text")("action", "check, show or import-coturn", cxxopts::value<std::string>(),
                                               "ACTION")("file", "the configuration file",
                                                         cxxopts::value<std::string>(), "FILE")(
      "o,output", "import-coturn: the file to make, readable for its owner alone",
      cxxopts::value<std::string>()->default_value(""), "FILE")("force", "import-coturn: replace that file");
  options.parse_positional({"action", "file"});
  options.positional_help("check FILE | show [FILE] | import-coturn FILE");
  return options;
}

ExitCode run_config(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string action = parsed.count("action") != 0 ? parsed["action"].as<std::string>() : "";
  const bool has_file = parsed.count("file") != 0;
  const std::string file = has_file ? parsed["file"].as<std::string>() : "";
  if (action == "import-coturn" && has_file) {
    return import_coturn(file, {parsed["output"].as<std::string>(), parsed.count("force") != 0}, world);
  }
  if (parsed.count("output") + parsed.count("force") != 0) {
    throw WrongCall{"--output and --force go with `config import-coturn FILE`"};
  }
  if (action == "check" && has_file) return check_file(file, world);
  if (action == "show") return has_file ? show_file(file, world) : show_defaults(world);
  if (action == "check" || action == "import-coturn") throw WrongCall{fmt::format("config {} needs a FILE", action)};
  throw WrongCall{"config takes `check FILE`, `show [FILE]` or `import-coturn FILE`"};
}

}  // namespace turnpike::server
