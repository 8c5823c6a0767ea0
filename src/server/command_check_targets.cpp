#include "server/command_check_targets.hpp"

#include <fmt/format.h>

#include <ostream>

#include "server/admin_call.hpp"
#include "server/command_check_api.hpp"
#include "server/command_store.hpp"
#include "server/command_table.hpp"
#include "server/printable_text.hpp"
#include "server/public_places.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

constexpr std::string_view kUser = "check";
constexpr std::chrono::hours kLife{1};

struct Login {
  std::string username;
  std::string password;
  bool is_minted = false;
};

std::string read_line_of(const std::string& option, const std::string& path, CommandWorld& world) {
  Result<std::string> text = world.environment.read_file(path);
  if (!text) throw WrongCall{fmt::format("--{}: cannot read {}: {}", option, path, text.error().message())};
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return *text;
}

/// --NAME, --NAME-file or a variable of the environment; empty when none of them is there.
std::string find_hidden(const cxxopts::ParseResult& parsed, const std::string& name, const char* variable,
                        CommandWorld& world) {
  const auto given = find_text(parsed, name);
  const auto file = find_text(parsed, name + "-file");
  if (given && file) throw WrongCall{fmt::format("give one of --{0} and --{0}-file", name)};
  if (given) return *given;
  if (file) return read_line_of(name + "-file", *file, world);
  return world.environment.variable(variable).value_or("");
}

Login mint(const std::string& secret, CommandWorld& world) {
  const auto credential = turn::mint_ephemeral(secret, kUser, world.now() + kLife);
  return {credential.username, credential.password, true};
}

bool gives(const cxxopts::ParseResult& parsed, const std::string& name) {
  return parsed.count(name) + parsed.count(name + "-file") != 0;
}

Login find_login(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  if (const auto user = find_text(parsed, "user")) {
    if (gives(parsed, "secret")) throw WrongCall{"give one of --user and --secret"};
    std::string password = find_hidden(parsed, "password", "TURNPIKE_PASSWORD", world);
    if (password.empty()) throw WrongCall{"--user needs --password, --password-file or TURNPIKE_PASSWORD"};
    return {*user, std::move(password), false};
  }
  if (gives(parsed, "password")) throw WrongCall{"--password needs --user"};
  const std::string secret = find_hidden(parsed, "secret", "TURNPIKE_SECRET", world);
  return secret.empty() ? Login{} : mint(secret, world);
}

probe::ServerUri read_uri(const std::string& text) {
  auto uri = probe::ServerUri::parse(text);
  if (!uri) throw WrongCall{fmt::format("\"{}\" {}", escape_printable(text), uri.error().message)};
  return *std::move(uri);
}

std::vector<probe::ServerUri> find_uris(const cxxopts::ParseResult& parsed) {
  std::vector<probe::ServerUri> uris;
  for (const std::string& text : positional_values(parsed, "uri")) uris.push_back(read_uri(text));
  return uris;
}

CheckPlan plan_of(const std::vector<probe::ServerUri>& uris, const Login& login) {
  CheckPlan plan;
  for (const probe::ServerUri& uri : uris) {
    plan.targets.push_back({uri, login.username, login.password, login.is_minted});
  }
  return plan;
}

std::optional<CheckPlan> plan_from_file(const std::string& path, std::vector<probe::ServerUri> uris,
                                        CommandWorld& world) {
  const auto loaded = load_config_file(path, world, world.err);
  if (!loaded) return std::nullopt;
  const Config& config = loaded->config;
  Login login;
  if (!config.auth.secrets.empty()) login = mint(config.auth.secrets.front().value, world);
  for (const auto& user : config.auth.users) {
    if (login.username.empty() && user.password) login = {user.name, user.password->value, false};
  }
  if (uris.empty()) {
    const auto interfaces = world.interfaces();
    const auto defaults = detect_default_addresses(interfaces, world.route_probe);
    for (const PublicPlace& place : public_places(config, resolve_addresses(config, interfaces, defaults))) {
      uris.push_back(read_uri(turn_uri(place)));
    }
  }
  if (uris.empty()) {
    world.err << fmt::format("{}: there is no listener for TURN in it that could be checked\n", path);
    return std::nullopt;
  }
  return plan_of(uris, login);
}

std::optional<CheckPlan> plan_from_api(const IceSource& source, const std::vector<probe::ServerUri>& uris,
                                       const std::function<Instant()>& clock, CommandWorld& world) {
  const auto answer = fetch_ice_servers(source, clock);
  if (!answer) {
    if (answer.error().is_call) throw WrongCall{answer.error().message};
    world.err << fmt::format("turnpike: {}\n", escape_line(answer.error().message));
    return std::nullopt;
  }
  CheckPlan plan;
  plan.answering_host = answer->host;
  if (answer->date) plan.clock_offset = world.now() - *answer->date;
  Login login;
  for (const IceServer& server : answer->servers) {
    const auto uri = probe::ServerUri::parse(server.uri);
    if (!uri) {
      world.err << fmt::format("turnpike: the API's URI \"{}\" {}\n", escape_printable(server.uri),
                               uri.error().message);
      return std::nullopt;
    }
    plan.targets.push_back({*uri, server.username, server.password, false});
    if (login.username.empty()) login = {server.username, server.password, false};
  }
  if (!uris.empty()) plan.targets = plan_of(uris, login).targets;
  return plan;
}

}  // namespace

void add_target_options(cxxopts::Options& options) {
  const auto text = [] { return cxxopts::value<std::string>(); };
  auto add = options.add_options();
  add("user", "the user's name, with --password", text(), "NAME");
  add("password", "the user's password (others on this machine can see it in the list of processes)", text(),
      "PASSWORD");
  add("password-file", "a file that holds the password; or set TURNPIKE_PASSWORD", text(), "FILE");
  add("secret", "the shared secret, to make a password from (can be seen as --password can)", text(), "SECRET");
  add("secret-file", "a file that holds the shared secret; or set TURNPIKE_SECRET", text(), "FILE");
  add("api", "get URIs and passwords here, such as https://turn.example.org", text(), "URL");
  add("key", "the API key for --api (can be seen as --password can)", text(), "KEY");
  add("key-file", "a file that holds the API key; or set TURNPIKE_KEY", text(), "FILE");
  add("c,config", "take the server that this file configures", text(), "FILE");
}

std::optional<CheckPlan> find_targets(const cxxopts::ParseResult& parsed, const CheckTrust& trust,
                                      const std::function<Instant()>& clock, CommandWorld& world) {
  auto uris = find_uris(parsed);
  const auto api = find_text(parsed, "api");
  const auto config = find_text(parsed, "config");
  const bool has_login = parsed.count("user") != 0 || gives(parsed, "password") || gives(parsed, "secret");
  if (static_cast<int>(api.has_value()) + static_cast<int>(config.has_value()) + static_cast<int>(has_login) > 1) {
    throw WrongCall{"give one of --user, --secret, --api and --config"};
  }
  if (gives(parsed, "key") && !api) throw WrongCall{"--key needs --api"};
  if (config) return plan_from_file(*config, std::move(uris), world);
  if (api) {
    const IceSource source{*api, find_hidden(parsed, "key", "TURNPIKE_KEY", world), trust.trusted_pem,
                           trust.is_insecure, trust.patience};
    return plan_from_api(source, uris, clock, world);
  }
  if (uris.empty()) throw WrongCall{"a URI is needed, such as turn:turn.example.org"};
  return plan_of(uris, find_login(parsed, world));
}

}  // namespace turnpike::server
