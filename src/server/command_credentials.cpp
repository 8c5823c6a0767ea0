#include <fmt/format.h>

#include <ostream>

#include "server/command_table.hpp"
#include "server/config_loader.hpp"
#include "server/ice_servers.hpp"
#include "server/public_places.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxUsername = 508;  // RFC 8489 section 14.3

/// Where secret and defaults come from.
struct Source {
  Config config;
  std::string secret;
};

std::string read_secret_line(const std::string& path, CommandWorld& world) {
  Result<std::string> text = world.environment.read_file(path);
  if (!text) throw WrongCall{fmt::format("--secret-file: cannot read {}: {}", path, text.error().message())};
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return *text;
}

/// Nothing when the configuration is to blame; it has been reported then.
std::optional<Source> source_from_file(const std::string& path, CommandWorld& world) {
  const auto loaded = load_config_file(path, world, world.err);
  if (!loaded) return std::nullopt;
  if (loaded->config.auth.secrets.empty()) {
    world.err << fmt::format("{}: auth.secrets is empty: there is nothing to sign with\n", path);
    return std::nullopt;
  }
  return Source{loaded->config, loaded->config.auth.secrets.front().value};
}

std::optional<Source> find_source(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto given = parsed.count("config") + parsed.count("secret") + parsed.count("secret-file");
  if (given > 1) throw WrongCall{"give one of --config, --secret and --secret-file"};
  if (parsed.count("config") != 0) return source_from_file(parsed["config"].as<std::string>(), world);
  Source source;
  if (parsed.count("secret") != 0) {
    source.secret = parsed["secret"].as<std::string>();
  } else if (parsed.count("secret-file") != 0) {
    source.secret = read_secret_line(parsed["secret-file"].as<std::string>(), world);
  } else {
    source.secret = world.environment.variable("TURNPIKE_SECRET").value_or("");
  }
  if (source.secret.empty())
    throw WrongCall{"no secret: give --config, --secret or --secret-file, or set TURNPIKE_SECRET"};
  return source;
}

Seconds find_ttl(const cxxopts::ParseResult& parsed, const Config& config) {
  if (parsed.count("ttl") == 0) return config.auth.default_ttl;
  const Parsed<Seconds> ttl = parse_seconds(parsed["ttl"].as<std::string>());
  if (!ttl) throw WrongCall{fmt::format("--ttl: {}", ttl.error().message)};
  if (ttl->count() == 0) throw WrongCall{"--ttl: such credentials expire at once"};
  if (*ttl > config.auth.max_ttl) {
    throw WrongCall{
        fmt::format("--ttl: the server refuses what lasts longer than auth.max_ttl ({})", show(config.auth.max_ttl))};
  }
  return *ttl;
}

std::string find_user(const cxxopts::ParseResult& parsed) {
  if (parsed.count("user") == 0) throw WrongCall{"credentials needs --user NAME"};
  std::string user = parsed["user"].as<std::string>();
  const bool has_control = user.find_first_of("\n\r\t\x1b\x7f") != std::string::npos;
  // An expiry of up to 18 digits and a colon stand in front.
  if (user.empty() || user.size() > kMaxUsername - 19 || has_control) {
    throw WrongCall{
        fmt::format("--user: must have 1 to {} characters, none of them a control character", kMaxUsername - 19)};
  }
  return user;
}

std::vector<PublicPlace> find_places(Config config, const cxxopts::ParseResult& parsed, CommandWorld& world) {
  if (parsed.count("host") != 0) config.server.host = parsed["host"].as<std::string>();
  const auto interfaces = world.interfaces();
  const auto defaults = detect_default_addresses(interfaces, world.route_probe);
  return public_places(config, resolve_addresses(config, interfaces, defaults));
}

}  // namespace

cxxopts::Options credentials_options() {
  cxxopts::Options options(
      "turnpike credentials",
      "Makes ephemeral credentials (username EXPIRY:NAME) and prints them with the ICE servers for\n"
      "new RTCPeerConnection(...). The secret may also stand in the variable TURNPIKE_SECRET.\n");
  options.add_options()("user", "the user's name; may hold anything, such as @alice:example.org",
                        cxxopts::value<std::string>(),
                        "NAME")("ttl", "how long they are valid, such as 1h or 7d (default: auth.default_ttl, 1d)",
                                cxxopts::value<std::string>(), "DURATION")(
      "c,config", "take secret, listeners and lifetime from this file", cxxopts::value<std::string>(), "FILE")(
      "secret", "the shared secret (other users of this machine can see it in the list of processes)",
      cxxopts::value<std::string>(),
      "SECRET")("secret-file", "a file that holds the shared secret", cxxopts::value<std::string>(), "FILE")(
      "host", "the server's name or address for the ICE servers (default: server.host or its addresses)",
      cxxopts::value<std::string>(), "HOST")("json", "print nothing but the ICE servers")("h,help", "this text");
  return options;
}

ExitCode run_credentials(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string user = find_user(parsed);
  const auto source = find_source(parsed, world);
  if (!source) return ExitCode::failed;
  const UnixSeconds expiry = world.now() + find_ttl(parsed, source->config);
  const turn::EphemeralCredential credential = turn::mint_ephemeral(source->secret, user, expiry);
  if (parsed.count("json") == 0) {
    world.out << fmt::format("username {}\npassword {}\nexpires  {}\n", credential.username, credential.password,
                             show_time(credential.expiry));
  }
  world.out << ice_servers_json(find_places(source->config, parsed, world), credential) << '\n';
  return ExitCode::done;
}

}  // namespace turnpike::server
