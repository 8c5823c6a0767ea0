#include <fmt/format.h>

#include <ostream>

#include "server/command_store.hpp"
#include "server/command_table.hpp"
#include "server/config_names.hpp"
#include "server/ice_servers.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

std::string join(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text += fmt::format("{}{}", text.empty() ? "" : between, word);
  return text;
}

std::vector<std::string> names_of(const control::ScopeSet& scopes) {
  std::vector<std::string> names;
  for (const control::Scope scope : control::kScopes) {
    if (scopes.contains(scope)) names.emplace_back(control::name_of(scope));
  }
  return names;
}

control::ScopeSet find_scopes(const cxxopts::ParseResult& parsed) {
  if (parsed.count("scope") == 0) throw WrongCall{"key add needs --scope: credentials, rooms or admin"};
  control::ScopeSet scopes;
  for (const std::string& name : parsed["scope"].as<std::vector<std::string>>()) {
    const Parsed<control::Scope> scope = parse_scope(name);
    if (!scope) throw WrongCall{"--scope: " + escape_line(scope.error().message)};
    scopes.add(*scope);
  }
  return scopes;
}

std::optional<Seconds> find_cap(const cxxopts::ParseResult& parsed) {
  const auto text = find_text(parsed, "ttl-cap");
  if (!text) return std::nullopt;
  const Parsed<Seconds> cap = parse_seconds(*text);
  if (!cap) throw WrongCall{"--ttl-cap: " + escape_line(cap.error().message)};
  if (cap->count() == 0) throw WrongCall{"--ttl-cap: such credentials expire at once"};
  return *cap;
}

std::vector<std::string> find_origins(const cxxopts::ParseResult& parsed) {
  std::vector<std::string> origins;
  if (parsed.count("origin") == 0) return origins;
  for (const std::string& text : parsed["origin"].as<std::vector<std::string>>()) {
    const Parsed<WebOrigin> origin = parse_web_origin(text);
    if (!origin) throw WrongCall{"--origin: " + escape_line(origin.error().message)};
    if (origin->text == "*") throw WrongCall{"--origin: without it a key is good for every origin"};
    origins.push_back(origin->text);
  }
  return origins;
}

control::ApiKeyGrant find_grant(const cxxopts::ParseResult& parsed) {
  control::ApiKeyGrant grant;
  grant.name = require_name(parsed, "key add NAME");
  const std::string complaint = complain_about_key_name(grant.name);
  if (!complaint.empty()) throw WrongCall{complaint};
  grant.scopes = find_scopes(parsed);
  grant.ttl_cap = find_cap(parsed);
  grant.origins = find_origins(parsed);
  return grant;
}

/// Empty when the file has nothing against such a key.
std::string complain_by_file(const control::ApiKeyGrant& grant, const Config& config) {
  for (const ConfiguredKey& key : config.api.keys) {
    if (key.grant.name == grant.name) return fmt::format("\"{}\" is a key of the configuration file", grant.name);
  }
  if (grant.ttl_cap && *grant.ttl_cap > config.auth.max_ttl) {
    return fmt::format("--ttl-cap is longer than auth.max_ttl ({})", show(config.auth.max_ttl));
  }
  return {};
}

ExitCode add_key(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  control::ApiKeyGrant grant = find_grant(parsed);
  const auto choice = choose_store(parsed, world);
  if (!choice) return ExitCode::failed;
  if (choice->config) {
    const std::string complaint = complain_by_file(grant, *choice->config);
    if (!complaint.empty()) return report_failure(complaint, world);
  }
  const auto store = open_store(*choice, StoreUse::made_if_missing, world);
  if (!store) return ExitCode::failed;
  const control::NewApiKey made = control::make_api_key(std::move(grant), world.random, world.now());
  const auto added = store->add_key(made.key);
  if (!added) return report_failure(added.error(), world);
  if (!*added) return report_failure(fmt::format("there is a key \"{}\" already", made.key.grant.name), world);
  world.out << made.text << '\n';
  world.err << fmt::format(
      "Key \"{}\" ({}), scopes: {}. It is shown this once; only a hash of it is kept. A running server takes it within "
      "2 seconds.\n",
      made.key.grant.name, made.key.id, join(names_of(made.key.grant.scopes), ", "));
  return ExitCode::done;
}

ExitCode revoke_key(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string name = require_name(parsed, "key revoke ID_OR_NAME");
  const auto choice = choose_store(parsed, world);
  const auto store = choice ? open_store(*choice, StoreUse::existing, world) : nullptr;
  if (!store) return ExitCode::failed;
  const auto revoked = store->revoke_key(name, world.now());
  if (!revoked) return report_failure(revoked.error(), world);
  if (!*revoked)
    return report_failure(fmt::format("there is no key \"{}\" that is in force", escape_printable(name)), world);
  world.err << fmt::format("Revoked \"{}\"; a running server refuses it within 2 seconds.\n", escape_printable(name));
  return ExitCode::done;
}

std::string show_json(const control::ApiKey& key) {
  const auto list = [](const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    quoted.reserve(words.size());
    for (const std::string& word : words) quoted.push_back(quote_json(word));
    return "[" + join(quoted, ",") + "]";
  };
  return fmt::format(R"({{"id":{},"name":{},"scopes":{},"ttlCapSeconds":{},"origins":{},"created":"{}","revoked":{}}})",
                     quote_json(key.id), quote_json(key.grant.name), list(names_of(key.grant.scopes)),
                     key.grant.ttl_cap ? fmt::format("{}", key.grant.ttl_cap->count()) : "null",
                     list(key.grant.origins), show_time(key.created),
                     key.revoked ? fmt::format("\"{}\"", show_time(*key.revoked)) : "null");
}

std::string show_row(const control::ApiKey& key) {
  const auto& grant = key.grant;
  const std::string state = key.revoked ? "revoked " + show_time(*key.revoked) : "in force";
  return fmt::format("{:<14}{:<24}{:<26}{:<10}{:<22}{:<30}{}\n", escape_printable(key.id), escape_printable(grant.name),
                     join(names_of(grant.scopes), ","), grant.ttl_cap ? show(*grant.ttl_cap) : "-",
                     show_time(key.created), state,
                     grant.origins.empty() ? "any" : escape_printable(join(grant.origins, " ")));
}

ExitCode list_keys(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  if (parsed.count("name") != 0) throw WrongCall{"key list takes no name"};
  const auto choice = choose_store(parsed, world);
  const auto store = choice ? open_store(*choice, StoreUse::existing, world) : nullptr;
  if (!store) return ExitCode::failed;
  const auto keys = store->keys();
  if (!keys) return report_failure(keys.error(), world);
  if (parsed.count("json") != 0) {
    std::vector<std::string> objects;
    for (const control::ApiKey& key : *keys) objects.push_back(show_json(key));
    world.out << "[" << join(objects, ",") << "]\n";
    return ExitCode::done;
  }
  world.out << fmt::format("{:<14}{:<24}{:<26}{:<10}{:<22}{:<30}{}\n", "ID", "NAME", "SCOPES", "TTL CAP", "CREATED",
                           "STATE", "ORIGINS");
  for (const control::ApiKey& key : *keys) world.out << show_row(key);
  return ExitCode::done;
}

}  // namespace

cxxopts::Options key_options() {
  cxxopts::Options options(
      "turnpike key",
      "API keys in the database. add NAME makes a key and prints it, this once; list shows what "
      "is kept of keys;\nrevoke ID_OR_NAME ends one. A running server follows within 2 seconds.\n");
  options.add_options()("scope", "add: what the key may do: credentials, rooms, admin",
                        cxxopts::value<std::vector<std::string>>(), "SCOPE[,SCOPE]")(
      "ttl-cap", "add: the longest life of credentials made with the key, such as 1h", cxxopts::value<std::string>(),
      "DURATION")("origin", "add: browsers may use the key from this origin alone; may be given more than once",
                  cxxopts::value<std::vector<std::string>>(), "ORIGIN");
  add_store_options(options);
  options.positional_help("add NAME --scope SCOPE | list | revoke ID_OR_NAME");
  return options;
}

ExitCode run_key(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string action = find_text(parsed, "action").value_or("");
  if (action == "add") return add_key(parsed, world);
  if (action == "list") return list_keys(parsed, world);
  if (action == "revoke") return revoke_key(parsed, world);
  throw WrongCall{"key takes `add NAME`, `list` or `revoke ID_OR_NAME`"};
}

}  // namespace turnpike::server
