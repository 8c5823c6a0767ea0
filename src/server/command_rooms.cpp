#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <ostream>

#include "server/admin_call.hpp"
#include "server/admin_listing.hpp"
#include "server/command_store.hpp"
#include "server/command_table.hpp"
#include "server/page_origin.hpp"
#include "server/printable_text.hpp"
#include "server/text_table.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr const char* kRooms = "/api/v1/rooms";
constexpr std::array<std::string_view, 3> kAbilities{"join", "publish", "close"};
using Words = std::vector<std::string>;

std::string room_path(const std::string& room) { return fmt::format("{}/{}", kRooms, percent_encode(room)); }

/// The objects under `name`; none when there are none.
std::vector<json::object> objects_of(const json::object& object, const char* name) {
  std::vector<json::object> objects;
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return objects;
  for (const json::value& each : value->as_array()) {
    if (each.is_object()) objects.push_back(each.as_object());
  }
  return objects;
}

bool flag_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->as_bool();
}

void expect_words(const Words& words, std::size_t count, const char* call) {
  if (words.size() != count) throw WrongCall{fmt::format("write `turnpike rooms {}`", call)};
}

ExitCode list_rooms(AdminCall& call, const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const auto found = collect_pages(call, {"rooms", kRooms}, find_limit(parsed));
  if (!found) return ExitCode::failed;
  if (call.wants_json()) {
    world.out << json::serialize(*found) << '\n';
    return ExitCode::done;
  }
  TextTable table({"ROOM", "MEMBERS", "MESSAGES", "SINCE"});
  for (const json::object& room : objects_of(*found, "rooms")) {
    table.add({text_of(room, "id"), fmt::to_string(number_of(room, "members")),
               fmt::to_string(number_of(room, "messages")), text_of(room, "createdAt")});
  }
  table.print(world.out);
  say_if_more(*found, world);
  return ExitCode::done;
}

ExitCode show_room(AdminCall& call, const std::string& name, CommandWorld& world) {
  const auto room = call.ask_for_object({"GET", room_path(name)});
  if (!room) return ExitCode::failed;
  if (call.wants_json()) {
    world.out << json::serialize(*room) << '\n';
    return ExitCode::done;
  }
  TextTable table({"USER", "NAME", "DIALECT", "CONNECTED", "SINCE"});
  for (const json::object& member : objects_of(*room, "members")) {
    table.add({text_of(member, "userId"), text_of(member, "name"), text_of(member, "dialect"),
               flag_of(member, "connected") ? "yes" : "no", text_of(member, "joinedAt")});
  }
  table.print(world.out);
  return ExitCode::done;
}

json::array find_abilities(const cxxopts::ParseResult& parsed) {
  json::array allow;
  for (const std::string& name : parsed["allow"].as<std::vector<std::string>>()) {
    if (std::find(kAbilities.begin(), kAbilities.end(), name) == kAbilities.end()) {
      throw WrongCall{fmt::format("--allow: \"{}\" is none of join, publish, close", escape_printable(name))};
    }
    allow.emplace_back(name);
  }
  return allow;
}

std::int64_t find_ttl(const std::string& text) {
  const Parsed<Seconds> ttl = parse_seconds(text);
  if (!ttl) throw WrongCall{"--ttl: " + escape_line(ttl.error().message)};
  if (ttl->count() == 0) throw WrongCall{"--ttl: such a token expires at once"};
  return ttl->count();
}

AdminRequest token_request(const cxxopts::ParseResult& parsed) {
  json::object body;
  for (const auto* name : {"room", "user", "name"}) {
    if (const auto text = find_text(parsed, name)) body[name] = *text;
  }
  if (const auto text = find_text(parsed, "ttl")) body["ttl"] = find_ttl(*text);
  if (parsed.count("allow") != 0) body["allow"] = find_abilities(parsed);
  return {"POST", "/api/v1/room-tokens", json::serialize(body)};
}

/// A link to the room's page with the token in it, which browsers do not send to the server; empty where the page is
/// not to be found, or where that is not known.
std::string token_link(const AdminCall& call, const json::object& made) {
  const auto origin = call.config() == nullptr ? std::nullopt : public_page_origin(*call.config());
  const json::value* room = made.if_contains("room");
  if (!origin || room == nullptr || !room->is_string()) return {};
  const json::string& name = room->get_string();
  return fmt::format("{}/r/{}#token={}", *origin, percent_encode(std::string_view(name.data(), name.size())),
                     text_of(made, "token"));
}

ExitCode make_token(AdminCall& call, const AdminRequest& request, CommandWorld& world) {
  const auto made = call.ask_for_object(request);
  if (!made) return ExitCode::failed;
  if (call.wants_json()) {
    world.out << json::serialize(*made) << '\n';
    return ExitCode::done;
  }
  // The token alone on standard output, for scripts.
  world.out << text_of(*made, "token") << '\n';
  const json::value* user = made->if_contains("user");
  const bool is_named = user != nullptr && user->is_string();
  world.err << fmt::format("room {}, {}, may {}, until {}\n", text_of(*made, "room"),
                           is_named ? "user " + text_of(*made, "user") : "any user",
                           fmt::join(texts_of(*made, "allow"), ", "), text_of(*made, "expiresAt"));
  if (const std::string link = token_link(call, *made); !link.empty()) world.err << link << '\n';
  return ExitCode::done;
}

/// What is asked for, before anybody is asked: a wrong call is said to be one whether the server runs or not.
using Action = std::function<ExitCode(AdminCall& call)>;

Action choose_action(const Words& words, const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const std::string action = words.empty() ? "list" : words.front();
  if (action == "list") {
    expect_words(words, words.empty() ? 0 : 1, "list");
    static_cast<void>(find_limit(parsed));
    return [&](AdminCall& call) { return list_rooms(call, parsed, world); };
  }
  if (action == "show") {
    expect_words(words, 2, "show ROOM");
    return [&](AdminCall& call) { return show_room(call, words[1], world); };
  }
  if (action == "close") {
    expect_words(words, 2, "close ROOM");
    return
        [&](AdminCall& call) { return call_for_each({words[1]}, call, fmt::format("{}/", kRooms), "closed", world); };
  }
  if (action == "kick") {
    expect_words(words, 3, "kick ROOM USER");
    return [&](AdminCall& call) {
      return call_for_each({words[2]}, call, room_path(words[1]) + "/members/", "put out", world);
    };
  }
  if (action == "token") {
    expect_words(words, 1, "token [--room ROOM] [--user USER] ...");
    return [&, request = token_request(parsed)](AdminCall& call) { return make_token(call, request, world); };
  }
  throw WrongCall{"rooms takes `list`, `show ROOM`, `close ROOM`, `kick ROOM USER` or `token`"};
}

}  // namespace

cxxopts::Options rooms_options() {
  cxxopts::Options options(
      "turnpike rooms",
      "Rooms of the running server. list (also without a word) shows all rooms, show ROOM its members; close ROOM "
      "ends\n"
      "a room for all, kick ROOM USER puts a member out: both end the relays that were used there. token makes a "
      "token\n"
      "to join with and prints it; without --room it is for a room of its own, without --user for anybody. With -c, "
      "and\n"
      "server.host and HTTPS in that file, it prints a link to the room's page beside it. What begins with a dash "
      "stands\n"
      "behind --, as in rooms show -- -room.\n");
  options.add_options()("room", "token: the room's id", cxxopts::value<std::string>(), "ROOM")(
      "user", "token: the id that its holder gets", cxxopts::value<std::string>(), "USER")(
      "name", "token: the name that others see", cxxopts::value<std::string>(), "NAME")(
      "ttl", "token: how long one can join with it, such as 1h (the default)", cxxopts::value<std::string>(),
      "DURATION")("allow", "token: what its holder may: join, publish, close (default: join,publish)",
                  cxxopts::value<std::vector<std::string>>(), "WORD[,WORD]");
  add_limit_option(options);
  AdminCall::add_options(options);
  options.add_options()("words", "the action and what it is about", cxxopts::value<std::vector<std::string>>(), "WORD");
  options.parse_positional({"words"});
  options.positional_help("[list | show ROOM | close ROOM | kick ROOM USER | token]");
  return options;
}

ExitCode run_rooms(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  const Words words = positional_values(parsed, "words");
  const Action action = choose_action(words, parsed, world);
  auto call = AdminCall::prepare(parsed, world);
  return call ? action(*call) : ExitCode::failed;
}

}  // namespace turnpike::server
