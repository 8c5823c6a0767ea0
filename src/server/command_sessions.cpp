#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "server/admin_call.hpp"
#include "server/admin_listing.hpp"
#include "server/command_table.hpp"
#include "server/printable_text.hpp"
#include "server/text_table.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

std::string show_bytes(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, kUnits.at(unit));
}

std::uint64_t bytes_of(const json::object& session, const char* direction) {
  const json::value* traffic = session.if_contains("traffic");
  if (traffic == nullptr || !traffic->is_object()) return 0;
  const json::value* counts = traffic->as_object().if_contains(direction);
  return counts == nullptr || !counts->is_object() ? 0 : number_of(counts->as_object(), "bytes");
}

TextTable::Row row_of(const json::object& session) {
  return {text_of(session, "id"),
          text_of(session, "user"),
          text_of(session, "transport"),
          fmt::format("{}", fmt::join(texts_of(session, "relayed"), ",")),
          show_age(number_of(session, "ageSeconds")),
          show_bytes(bytes_of(session, "toPeers")),
          show_bytes(bytes_of(session, "toClient"))};
}

void print_sessions(const json::array& sessions, std::ostream& out) {
  TextTable table({"ID", "USER", "TRANSPORT", "RELAYED", "AGE", "TO PEERS", "TO CLIENT"});
  for (const json::value& session : sessions) {
    if (session.is_object()) table.add(row_of(session.as_object()));
  }
  table.print(out);
}

std::string filters_of(const cxxopts::ParseResult& parsed) {
  std::string filters;
  for (const auto* name : {"user", "client", "room"}) {
    if (parsed.count(name) != 0) {
      filters += fmt::format("&{}={}", name, percent_encode(parsed[name].as<std::string>()));
    }
  }
  return filters;
}

}  // namespace

cxxopts::Options sessions_options() {
  cxxopts::Options options("turnpike sessions", "Lists the live allocations of the running server.\n");
  options.add_options()("user", "only this user's, or of this whole username", cxxopts::value<std::string>(), "NAME")(
      "client", "only from this address", cxxopts::value<std::string>(), "IP")("room", "only of this room's members",
                                                                               cxxopts::value<std::string>(), "ID");
  add_limit_option(options);
  AdminCall::add_options(options);
  return options;
}

ExitCode run_sessions(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::uint64_t limit = find_limit(parsed);
  if (parsed.count("client") != 0 && !IpAddress::parse(parsed["client"].as<std::string>())) {
    throw WrongCall{"--client: must be an IP address"};
  }
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  const auto found = collect_pages(*call, {"allocations", "/api/v1/allocations", filters_of(parsed)}, limit);
  if (!found) return ExitCode::failed;
  if (call->wants_json()) {
    world.out << json::serialize(*found) << '\n';
    return ExitCode::done;
  }
  print_sessions(found->at("allocations").as_array(), world.out);
  say_if_more(*found, world);
  return ExitCode::done;
}

cxxopts::Options kill_options() {
  cxxopts::Options options("turnpike kill", "Ends live allocations by their ids, which `turnpike sessions` shows.\n");
  AdminCall::add_options(options);
  options.add_options()("id", "an allocation's id", cxxopts::value<std::vector<std::string>>(), "ID");
  options.parse_positional({"id"});
  options.positional_help("ID...");
  return options;
}

ExitCode run_kill(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto ids = positional_values(parsed, "id");
  if (ids.empty()) throw WrongCall{"kill needs an ID"};
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  return call_for_each(ids, *call, "/api/v1/allocations/", "ended", world);
}

cxxopts::Options revoke_options() {
  cxxopts::Options options("turnpike revoke",
                           "Takes ephemeral credentials back: the server refuses these usernames (EXPIRY:USER) from\n"
                           "now on and ends what they have open. '*:USER' takes all of USER's back.\n");
  AdminCall::add_options(options);
  options.add_options()("username", "whole, as it was handed out", cxxopts::value<std::vector<std::string>>(),
                        "USERNAME");
  options.parse_positional({"username"});
  options.positional_help("USERNAME...");
  return options;
}

ExitCode run_revoke(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto usernames = positional_values(parsed, "username");
  if (usernames.empty()) throw WrongCall{"revoke needs a USERNAME"};
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  return call_for_each(usernames, *call, "/api/v1/credentials/", "revoked", world);
}

}  // namespace turnpike::server
