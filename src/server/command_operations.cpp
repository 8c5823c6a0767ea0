#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <ostream>

#include "server/admin_call.hpp"
#include "server/command_table.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

std::vector<json::object> objects_of(const json::object& status, std::string_view name) {
  std::vector<json::object> objects;
  const auto* list = status.if_contains(name);
  if (list == nullptr || !list->is_array()) return objects;
  for (const json::value& each : list->get_array()) {
    if (each.is_object()) objects.push_back(each.get_object());
  }
  return objects;
}

std::string show_relay(const json::object& relay) {
  const std::string local = text_of(relay, "local");
  const std::string external = text_of(relay, "external");
  return local == external ? local : fmt::format("{} as {}", local, external);
}

std::string show_awaited(const json::object& relay) {
  const bool is_absent = text_of(relay, "reason") == "absent";
  return fmt::format("{}: {}", text_of(relay, "local"),
                     is_absent ? "it is not on this machine" : "its public address is not known yet");
}

void print_status(const json::object& status, std::ostream& out) {
  const auto line = [&out](std::string_view name, std::string_view value) {
    out << fmt::format("{:<13} {}\n", name, value);
  };
  line("version", text_of(status, "version"));
  line("state", text_of(status, "state"));
  line("started", text_of(status, "started"));
  line("uptime", show_age(number_of(status, "uptimeSeconds")));
  line("workers", fmt::to_string(number_of(status, "workers")));
  line("allocations", fmt::to_string(number_of(status, "allocations")));
  line("rooms", fmt::format("{} with {} members", number_of(status, "rooms"), number_of(status, "members")));
  line("realm", text_of(status, "realm"));
  for (const std::string& listener : texts_of(status, "listeners")) line("listener", listener);
  line("certificate", text_of(status, "certificateExpiresAt"));
  line("database", text_of(status, "database"));
  line("secrets", fmt::to_string(number_of(status, "secrets")));
  line("static users", fmt::to_string(number_of(status, "staticUsers")));
  line("configured", text_of(status, "configuredAt"));
  for (const std::string& key : texts_of(status, "pending")) line("needs restart", key);
  if (const auto* drain = status.if_contains("drain"); drain != nullptr && drain->is_object()) {
    line("drain ends", text_of(drain->get_object(), "deadlineAt"));
  }
  for (const json::object& each : objects_of(status, "relays")) line("relays from", show_relay(each));
  for (const json::object& each : objects_of(status, "awaited")) line("not offered", show_awaited(each));
  for (const json::object& each : objects_of(status, "alternates")) {
    line("alternate", fmt::format("{} {}", text_of(each, "address"), text_of(each, "state")));
  }
}

/// A command that makes one request and prints what comes of it.
template <typename Print>
ExitCode call_once(const cxxopts::ParseResult& parsed, CommandWorld& world, const AdminRequest& request, Print print) {
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  const auto answer = call->ask_for_object(request);
  if (!answer) return ExitCode::failed;
  if (call->wants_json()) {
    world.out << json::serialize(*answer) << '\n';
  } else {
    print(*answer);
  }
  return ExitCode::done;
}

cxxopts::Options plain_options(const char* command, const char* text) {
  cxxopts::Options options(command, text);
  AdminCall::add_options(options);
  return options;
}

}  // namespace

cxxopts::Options status_options() {
  return plain_options("turnpike status", "Prints what the running server says about itself.\n");
}

ExitCode run_status(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  return call_once(parsed, world, {"GET", "/api/v1/status"},
                   [&](const json::object& status) { print_status(status, world.out); });
}

cxxopts::Options reload_options() {
  cxxopts::Options options = plain_options(
      "turnpike reload",
      "Makes the running server read its configuration again, and says what has changed. A file with mistakes\n"
      "changes nothing.\n");
  options.add_options()("n,dry-run", "only say what would change");
  return options;
}

ExitCode run_reload(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  const bool is_rehearsal = parsed.count("dry-run") != 0;
  const auto answer = call->ask({"POST", is_rehearsal ? "/api/v1/reload?dry_run=true" : "/api/v1/reload"});
  if (!answer) return ExitCode::failed;
  const json::object body = object_of(*answer);
  const bool is_accepted = answer->status / 100 == 2;
  if (call->wants_json()) {
    world.out << answer->body << '\n';
    return is_accepted ? ExitCode::done : ExitCode::failed;
  }
  for (const std::string& message : texts_of(body, "messages"))
    (is_accepted ? world.out : world.err) << message << '\n';
  if (is_accepted) {
    world.out << (is_rehearsal ? "nothing has changed: this was a dry run\n" : "reloaded\n");
    return ExitCode::done;
  }
  world.err << fmt::format("turnpike: {}\n", explain(*answer));
  return ExitCode::failed;
}

}  // namespace turnpike::server
