#include "server/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "server/command_table.hpp"
#include "server/config_reader.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

const Command* find_command(std::string_view name) {
  const auto commands = command_table();
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

const Command& require_command(const std::string& name) {
  if (const Command* command = find_command(name)) return *command;
  std::vector<std::string_view> names;
  for (const Command& command : command_table()) names.push_back(command.name);
  const std::string_view similar = find_similar(name, names);
  throw WrongCall{fmt::format("there is no command \"{}\"{}", escape_printable(name),
                              similar.empty() ? "" : fmt::format("; did you mean \"{}\"?", similar))};
}

void print_overview(std::ostream& out) {
  out << "turnpike: a STUN and TURN server\n\nUsage: turnpike [COMMAND] [OPTION...]\n\nCommands:\n";
  for (const Command& command : command_table()) out << fmt::format("  {:<12} {}\n", command.name, command.summary);
  out << "\n`turnpike help COMMAND` explains a command; without one, `serve` runs.\n";
}

ExitCode run_command(const Command& command, std::span<const std::string> arguments, CommandWorld& world) {
  std::vector<const char*> pointers{"turnpike"};
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  cxxopts::Options options = command.options();
  const auto parsed = options.parse(static_cast<int>(pointers.size()), pointers.data());
  if (parsed.count("help") != 0) {
    world.out << options.help();
    return ExitCode::done;
  }
  if (!parsed.unmatched().empty()) {
    throw WrongCall{fmt::format("{} does not take \"{}\"", command.name, escape_printable(parsed.unmatched().front()))};
  }
  return command.run(parsed, world);
}

ExitCode run_help(std::span<const std::string> names, CommandWorld& world) {
  if (names.empty()) {
    print_overview(world.out);
  } else {
    world.out << require_command(names.front()).options().help();
  }
  return ExitCode::done;
}

ExitCode dispatch(std::span<const std::string> arguments, CommandWorld& world) {
  if (arguments.empty()) return run_command(require_command("serve"), {}, world);
  const std::string& first = arguments.front();
  if (first == "--help" || first == "-h") return run_help({}, world);
  if (first == "--version") return run_command(require_command("version"), {}, world);
  if (first == "help") return run_help(arguments.subspan(1), world);
  if (first.starts_with("-")) return run_command(require_command("serve"), arguments, world);
  return run_command(require_command(first), arguments.subspan(1), world);
}

ExitCode complain(CommandWorld& world, std::string_view message) {
  world.err << "turnpike: " << message << "; see turnpike --help\n";
  return ExitCode::wrong_call;
}

}  // namespace

std::span<const Command> command_table() noexcept {
  static constexpr std::array kCommands{
      Command{"serve", "runs the server (without a file: a demo)", serve_options, run_serve},
      Command{"credentials", "makes ephemeral credentials and prints ICE servers", credentials_options,
              run_credentials},
      Command{"key", "makes, lists and revokes API keys", key_options, run_key},
      Command{"user", "adds, changes, deletes and lists static users", user_options, run_user},
      Command{"config", "checks, shows or imports a configuration file", config_options, run_config},
      Command{"sessions", "lists the running server's live allocations", sessions_options, run_sessions},
      Command{"kill", "ends live allocations", kill_options, run_kill},
      Command{"rooms", "lists and closes rooms, puts members out, makes room tokens", rooms_options, run_rooms},
      Command{"revoke", "takes ephemeral credentials back", revoke_options, run_revoke},
      Command{"status", "prints what the running server says about itself", status_options, run_status},
      Command{"reload", "makes the running server read its configuration again", reload_options, run_reload},
      Command{"drain", "begins the running server's orderly stop", drain_options, run_drain},
      Command{"check", "plays a client against a TURN server and names what is wrong", check_options, run_check},
      Command{"bench", "loads a TURN server and measures rate, loss and latency", bench_options, run_bench},
      Command{"doctor", "says what is wrong with this machine and a configuration", doctor_options, run_doctor},
      Command{"version", "prints the version", version_options, run_version}};
  return kCommands;
}

int run_command_line(std::span<const std::string> arguments, CommandWorld& world) {
  try {
    return static_cast<int>(dispatch(arguments, world));
  } catch (const WrongCall& wrong) {
    return static_cast<int>(complain(world, wrong.message));
  } catch (const cxxopts::exceptions::exception& error) {
    return static_cast<int>(complain(world, escape_printable(error.what())));
  }
}

}  // namespace turnpike::server
