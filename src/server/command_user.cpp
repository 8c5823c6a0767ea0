#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "server/command_password.hpp"
#include "server/command_store.hpp"
#include "server/command_table.hpp"
#include "server/config_names.hpp"
#include "server/ice_servers.hpp"
#include "server/printable_text.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

std::string find_user(const cxxopts::ParseResult& parsed, const std::string& call) {
  std::string name = require_name(parsed, call);
  const std::string complaint = complain_about_user_name(name);
  if (!complaint.empty()) throw WrongCall{complaint};
  return name;
}

/// Empty when the file has nothing against such a user.
std::string complain_by_file(const std::string& name, const Config& config) {
  if (std::ranges::find(config.auth.users, name, &ConfiguredUser::name) != config.auth.users.end()) {
    return fmt::format("\"{}\" is a user of the configuration file, which goes first", escape_printable(name));
  }
  if (!config.auth.secrets.empty() && turn::parse_ephemeral_username(name)) {
    return fmt::format("\"{}\" looks like an ephemeral username (EXPIRY:USER), which auth.secrets already judges",
                       escape_printable(name));
  }
  return {};
}

control::StoredUser make_user(const std::string& name, const std::string& realm, const std::string& password,
                              UnixSeconds now) {
  const auto keys = turn::StaticUser::from_password(name, realm, password);
  control::StoredUser user{.name = name, .realm = realm, .created = now};
  std::ranges::copy(keys.md5.bytes(), user.md5.begin());
  std::ranges::copy(keys.sha256.bytes(), user.sha256.begin());
  return user;
}

enum class UserWrite : std::uint8_t { add, change };

ExitCode write_user(const cxxopts::ParseResult& parsed, UserWrite write, CommandWorld& world) {
  const bool is_new = write == UserWrite::add;
  const std::string name = find_user(parsed, is_new ? "user add NAME" : "user passwd NAME");
  const auto choice = choose_store(parsed, world);
  if (!choice) return ExitCode::failed;
  if (!choice->realm) throw WrongCall{"--database needs --realm too: the keys of a user depend on it"};
  const std::string complaint = choice->config ? complain_by_file(name, *choice->config) : "";
  if (!complaint.empty()) return report_failure(complaint, world);
  const auto user = make_user(name, *choice->realm, read_password(parsed, world), world.now());
  const auto store = open_store(*choice, is_new ? StoreUse::made_if_missing : StoreUse::existing, world);
  if (!store) return ExitCode::failed;
  const auto written = is_new ? store->add_user(user) : store->change_user(user);
  if (!written) return report_failure(written.error(), world);
  if (!*written)
    return report_failure(fmt::format("there is {} user \"{}\"", is_new ? "already a" : "no", escape_printable(name)),
                          world);
  world.err << fmt::format("{} \"{}\" of realm \"{}\"; a running server follows within 2 seconds.\n",
                           is_new ? "Added" : "Changed", escape_printable(name), escape_printable(user.realm));
  return ExitCode::done;
}

ExitCode delete_user(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string name = require_name(parsed, "user del NAME");
  const auto choice = choose_store(parsed, world);
  const auto store = choice ? open_store(*choice, StoreUse::existing, world) : nullptr;
  if (!store) return ExitCode::failed;
  const auto deleted = store->delete_user(name);
  if (!deleted) return report_failure(deleted.error(), world);
  if (!*deleted) return report_failure(fmt::format("there is no user \"{}\"", escape_printable(name)), world);
  world.err << fmt::format("Deleted \"{}\"; a running server follows within 2 seconds.\n", escape_printable(name));
  return ExitCode::done;
}

void print_json(const std::vector<control::StoredUser>& users, std::ostream& out) {
  std::string list;
  for (const control::StoredUser& user : users) {
    list += fmt::format(R"({}{{"name":{},"realm":{},"created":"{}"}})", list.empty() ? "" : ",", quote_json(user.name),
                        quote_json(user.realm), show_time(user.created));
  }
  out << "[" << list << "]\n";
}

ExitCode list_users(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  if (parsed.count("name") != 0) throw WrongCall{"user list takes no name"};
  const auto choice = choose_store(parsed, world);
  const auto store = choice ? open_store(*choice, StoreUse::existing, world) : nullptr;
  if (!store) return ExitCode::failed;
  const auto users = store->users();
  if (!users) return report_failure(users.error(), world);
  if (parsed.count("json") != 0) {
    print_json(*users, world.out);
    return ExitCode::done;
  }
  world.out << fmt::format("{:<32}{:<32}{}\n", "NAME", "REALM", "CREATED");
  for (const control::StoredUser& user : *users) {
    const bool is_foreign = choice->config && choice->realm && user.realm != *choice->realm;
    world.out << fmt::format("{:<32}{:<32}{}{}\n", escape_printable(user.name), escape_printable(user.realm),
                             show_time(user.created), is_foreign ? "  (not this server's realm)" : "");
  }
  return ExitCode::done;
}

}  // namespace

cxxopts::Options user_options() {
  cxxopts::Options options(
      "turnpike user",
      "Static users in the database: add NAME, passwd NAME, del NAME, list. The password is one line of standard "
      "input\nor of a file; its keys are kept, never itself. A running server follows within 2 seconds.\n");
  options.add_options()("realm", "with --database: the server's realm", cxxopts::value<std::string>(), "REALM")(
      "password-file", "a file that holds the password", cxxopts::value<std::string>(), "FILE");
  add_store_options(options);
  options.positional_help("add NAME | passwd NAME | del NAME | list");
  return options;
}

ExitCode run_user(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string action = find_text(parsed, "action").value_or("");
  if (action == "add") return write_user(parsed, UserWrite::add, world);
  if (action == "passwd") return write_user(parsed, UserWrite::change, world);
  if (action == "del") return delete_user(parsed, world);
  if (action == "list") return list_users(parsed, world);
  throw WrongCall{"user takes `add NAME`, `passwd NAME`, `del NAME` or `list`"};
}

}  // namespace turnpike::server
