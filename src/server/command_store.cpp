#include "server/command_store.hpp"

#include <fmt/format.h>

#include <ostream>

#include "server/command_table.hpp"
#include "server/config_names.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

/// Longer than a server holds it for anything.
constexpr std::chrono::milliseconds kStorePatience{5000};

std::optional<StoreChoice> choose_by_file(const std::string& path, CommandWorld& world) {
  auto loaded = load_config_file(path, world, world.err);
  if (!loaded) return std::nullopt;
  if (loaded->config.auth.database.empty()) {
    report_failure(fmt::format("{}: auth.database is \"\": there is no database", escape_printable(path)), world);
    return std::nullopt;
  }
  const auto& config = loaded->config;
  return StoreChoice{config.auth.database, config.server.realm, config};
}

}  // namespace

std::optional<std::string> find_text(const cxxopts::ParseResult& parsed, const std::string& name) {
  if (parsed.count(name) == 0) return std::nullopt;
  return parsed[name].as<std::string>();
}

std::string require_name(const cxxopts::ParseResult& parsed, const std::string& call) {
  auto name = find_text(parsed, "name");
  if (!name) throw WrongCall{fmt::format("write `turnpike {}`", call)};
  return *name;
}

std::optional<StoreChoice> choose_store(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto file = find_text(parsed, "config");
  const auto database = find_text(parsed, "database");
  if (file.has_value() == database.has_value()) throw WrongCall{"give either --config or --database"};
  StoreChoice choice;
  if (parsed.count("realm") != 0) {
    choice.realm = find_text(parsed, "realm");
    if (file) throw WrongCall{"--realm goes with --database; a file has its own"};
    const std::string complaint = complain_about_realm(*choice.realm);
    if (!complaint.empty()) throw WrongCall{"--realm: " + complaint};
  }
  if (file) return choose_by_file(*file, world);
  if (database->empty()) throw WrongCall{"--database: the path is empty"};
  choice.path = *database;
  return choice;
}

void add_store_options(cxxopts::Options& options) {
  options.add_options()("c,config", "take the database from this configuration file", cxxopts::value<std::string>(),
                        "FILE")("database", "the database itself", cxxopts::value<std::string>(), "PATH")(
      "json", "list: print JSON")("h,help", "this text")("action", "what to do", cxxopts::value<std::string>(),
                                                         "ACTION")("name", "whom", cxxopts::value<std::string>(),
                                                                   "NAME");
  options.parse_positional({"action", "name"});
}

std::unique_ptr<control::Store> open_store(const StoreChoice& choice, StoreUse use, CommandWorld& world) {
  auto store = control::Store::open(choice.path, {use == StoreUse::made_if_missing, kStorePatience});
  if (store) return std::move(*store);
  report_failure(store.error(), world);
  return nullptr;
}

ExitCode report_failure(const control::StoreError& error, CommandWorld& world) {
  return report_failure(escape_printable(error.message), world);
}

ExitCode report_failure(const std::string& message, CommandWorld& world) {
  world.err << "turnpike: " << message << '\n';
  return ExitCode::failed;
}

}  // namespace turnpike::server
