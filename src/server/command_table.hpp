#pragma once

#include <cxxopts.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/command_line.hpp"
#include "server/config_loader.hpp"

namespace turnpike::server {

/// One command of the program.
struct Command {
  std::string_view name;
  std::string_view summary;
  cxxopts::Options (*options)();
  ExitCode (*run)(const cxxopts::ParseResult& parsed, CommandWorld& world);
};

[[nodiscard]] std::span<const Command> command_table() noexcept;

// Each pair stands in the command's own file.
[[nodiscard]] cxxopts::Options serve_options();
ExitCode run_serve(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options credentials_options();
ExitCode run_credentials(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options key_options();
ExitCode run_key(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options user_options();
ExitCode run_user(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options config_options();
ExitCode run_config(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options sessions_options();
ExitCode run_sessions(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options kill_options();
ExitCode run_kill(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options rooms_options();
ExitCode run_rooms(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options revoke_options();
ExitCode run_revoke(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options status_options();
ExitCode run_status(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options drain_options();
ExitCode run_drain(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options reload_options();
ExitCode run_reload(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options check_options();
ExitCode run_check(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options bench_options();
ExitCode run_bench(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options doctor_options();
ExitCode run_doctor(const cxxopts::ParseResult& parsed, CommandWorld& world);
[[nodiscard]] cxxopts::Options version_options();
ExitCode run_version(const cxxopts::ParseResult& parsed, CommandWorld& world);

/// Reads, checks and reports a configuration file; nothing when it cannot be used. The report goes to `report_to`.
[[nodiscard]] std::optional<LoadedConfig> load_config_file(const std::string& path, CommandWorld& world,
                                                           std::ostream& report_to);

/// Where `config import-coturn` writes; an empty path is standard output.
struct ImportTarget {
  std::string path;
  bool may_replace = false;
};
ExitCode import_coturn(const std::string& path, const ImportTarget& target, CommandWorld& world);

}  // namespace turnpike::server
