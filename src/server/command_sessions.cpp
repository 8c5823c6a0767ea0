#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "server/admin_call.hpp"
#include "server/command_table.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kPage = 1000;  // as many as the API gives at once
constexpr std::uint64_t kMaxLimit = 1'000'000;
constexpr std::size_t kColumns = 7;
using Row = std::array<std::string, kColumns>;

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

Row row_of(const json::object& session) {
  return {text_of(session, "id"),
          text_of(session, "user"),
          text_of(session, "transport"),
          fmt::format("{}", fmt::join(texts_of(session, "relayed"), ",")),
          show_age(number_of(session, "ageSeconds")),
          show_bytes(bytes_of(session, "toPeers")),
          show_bytes(bytes_of(session, "toClient"))};
}

/// In code points: the cells are UTF-8 without control characters.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

void print_table(const json::array& sessions, std::ostream& out) {
  std::vector<Row> rows{{"ID", "USER", "TRANSPORT", "RELAYED", "AGE", "TO PEERS", "TO CLIENT"}};
  for (const json::value& session : sessions) {
    if (session.is_object()) rows.push_back(row_of(session.as_object()));
  }
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths.at(i) = std::max(widths.at(i), width_of(row.at(i)));
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      line += row.at(i);
      if (i + 1 < kColumns) line.append(widths.at(i) - width_of(row.at(i)) + 2, ' ');
    }
    out << line << '\n';
  }
}

std::uint64_t find_limit(const cxxopts::ParseResult& parsed) {
  if (parsed.count("limit") == 0) return kPage;
  const auto limit = parsed["limit"].as<std::uint64_t>();
  if (limit < 1 || limit > kMaxLimit) throw WrongCall{fmt::format("--limit: must be 1 to {}", kMaxLimit)};
  return limit;
}

std::string target_of(const cxxopts::ParseResult& parsed, std::uint64_t limit, const std::string& cursor) {
  std::string target = fmt::format("/api/v1/allocations?limit={}", std::min(limit, kPage));
  for (const auto* name : {"user", "client"}) {
    if (parsed.count(name) != 0) {
      target += fmt::format("&{}={}", name, percent_encode(parsed[name].as<std::string>()));
    }
  }
  if (!cursor.empty()) target += "&cursor=" + percent_encode(cursor);
  return target;
}

/// At most `limit` sessions, page by page, as the API would put them on one page.
std::optional<json::object> collect(AdminCall& call, const cxxopts::ParseResult& parsed, std::uint64_t limit) {
  json::array sessions;
  std::string cursor;
  json::value next;
  // A page may be short, but each one moves the cursor on; the bound is for a server that does not.
  for (std::uint64_t pages = 0; pages < kMaxLimit; ++pages) {
    auto page = call.ask_for_object({"GET", target_of(parsed, limit - sessions.size(), cursor)});
    if (!page) return std::nullopt;
    if (json::value* found = page->if_contains("allocations"); found != nullptr && found->is_array()) {
      for (json::value& session : found->as_array()) sessions.push_back(std::move(session));
    }
    const json::value* following = page->if_contains("next");
    next = following == nullptr ? json::value{} : *following;
    const std::string before = std::exchange(cursor, next.is_string() ? std::string(next.as_string().c_str()) : "");
    if (cursor.empty() || cursor == before || sessions.size() >= limit) break;
  }
  return json::object{{"allocations", std::move(sessions)}, {"next", std::move(next)}};
}

/// Asks once for each of `names`; says of each that it is `done`, or why not.
ExitCode call_for_each(const std::vector<std::string>& names, AdminCall& call, const char* path, const char* done,
                       CommandWorld& world) {
  ExitCode code = ExitCode::done;
  for (const std::string& name : names) {
    const auto answer = call.ask({"DELETE", path + percent_encode(name)});
    if (!answer) return ExitCode::failed;
    if (call.wants_json() && !answer->body.empty()) world.out << answer->body << '\n';
    const std::string shown = escape_printable(name);
    if (answer->status == 202) {
      world.err << fmt::format("{}: {}, but it could not be written down: a restart forgets it\n", shown, done);
    } else if (answer->status / 100 == 2) {
      if (!call.wants_json()) world.out << fmt::format("{}: {}\n", shown, done);
    } else {
      world.err << fmt::format("{}: {}\n", shown, explain(*answer));
      code = ExitCode::failed;
    }
  }
  return code;
}

}  // namespace

cxxopts::Options sessions_options() {
  cxxopts::Options options("turnpike sessions", "Lists the live allocations of the running server.\n");
  options.add_options()("user", "only this user's, or of this whole username", cxxopts::value<std::string>(), "NAME")(
      "client", "only from this address", cxxopts::value<std::string>(), "IP")(
      "limit", fmt::format("at most this many (default: {})", kPage), cxxopts::value<std::uint64_t>(), "N");
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
  const auto found = collect(*call, parsed, limit);
  if (!found) return ExitCode::failed;
  if (call->wants_json()) {
    world.out << json::serialize(*found) << '\n';
    return ExitCode::done;
  }
  print_table(found->at("allocations").as_array(), world.out);
  if (!found->at("next").is_null()) world.err << "there are more: raise --limit\n";
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
                           "now on and ends what they have open.\n");
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
