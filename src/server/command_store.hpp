#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cxxopts.hpp>

#include "server/command_line.hpp"
#include "server/config.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::server {

// What the commands that change the database share.

struct StoreChoice {
  std::string path;
  std::optional<std::string> realm;
  std::optional<Config> config;  ///< the file that was named
};

/// By --config or --database (and --realm). Nothing when the file is to blame; that has been reported then.
[[nodiscard]] std::optional<StoreChoice> choose_store(const cxxopts::ParseResult& parsed, CommandWorld& world);
void add_store_options(cxxopts::Options& options);

enum class StoreUse : std::uint8_t { existing, made_if_missing };
/// Nothing after an error, which has been reported.
[[nodiscard]] std::unique_ptr<control::Store> open_store(const StoreChoice& choice, StoreUse use, CommandWorld& world);

/// Reports what went wrong. Returns ExitCode::failed.
ExitCode report_failure(const control::StoreError& error, CommandWorld& world);
/// `message` is fit for a terminal already.
ExitCode report_failure(const std::string& message, CommandWorld& world);

/// The text of an option or of a positional argument; nothing when it was not given.
[[nodiscard]] std::optional<std::string> find_text(const cxxopts::ParseResult& parsed, const std::string& name);
/// ACTION's only argument.
[[nodiscard]] std::string require_name(const cxxopts::ParseResult& parsed, const std::string& call);

}  // namespace turnpike::server
