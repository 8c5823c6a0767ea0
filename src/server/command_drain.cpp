#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "server/admin_call.hpp"
#include "server/command_table.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr Milliseconds kLookAgain{500};

std::string count_of(const json::object& drain) {
  const std::uint64_t count = number_of(drain, "allocations");
  return fmt::format("{} {} left", count, count == 1 ? "allocation is" : "allocations are");
}

std::string describe(const json::object& drain) {
  const std::string deadline = text_of(drain, "deadlineAt");
  return fmt::format("the server is draining, {}; {}",
                     deadline == "-" ? "for as long as allocations last" : "until " + deadline + " at the latest",
                     count_of(drain));
}

/// What the server still says while it drains; nothing when it is gone, or another one has taken its place.
std::optional<json::object> ask_for_drain(AdminCall& call) {
  const auto answer = call.ask_if_there({"GET", "/api/v1/status"});
  if (!answer) return std::nullopt;
  const json::object status = object_of(*answer);
  const json::value* drain = status.if_contains("drain");
  if (drain == nullptr || !drain->is_object()) return std::nullopt;
  return drain->get_object();
}

void follow(AdminCall& call, CommandWorld& world, const json::object& begun) {
  std::string said = count_of(begun);
  while (true) {
    world.pause(kLookAgain);
    const auto drain = ask_for_drain(call);
    if (!drain) break;
    if (const std::string now = count_of(*drain); now != said) {
      said = now;
      world.out << said << '\n' << std::flush;
    }
  }
  world.out << "the server has ended\n";
}

}  // namespace

cxxopts::Options drain_options() {
  cxxopts::Options options(
      "turnpike drain",
      "Begins the orderly stop of the running server: new allocations are refused (or sent to another server, see\n"
      "cluster.alternates), live ones go on, and the server ends when the last of them has ended, or at the deadline.\n"
      "Given again, it changes the deadline.\n");
  options.add_options()("deadline",
                        "how long to wait for live allocations: \"5m\", \"0s\" (end now), or \"none\" (as long as they "
                        "last); default: server.drain_deadline",
                        cxxopts::value<std::string>(),
                        "TIME")("wait", "stay until the server has ended, and say how many allocations are left");
  AdminCall::add_options(options);
  return options;
}

ExitCode run_drain(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  auto call = AdminCall::prepare(parsed, world);
  if (!call) return ExitCode::failed;
  AdminRequest request{"POST", "/api/v1/drain"};
  if (parsed.count("deadline") != 0) {
    const auto& deadline = parsed["deadline"].as<std::string>();
    if (deadline.empty()) throw WrongCall{"--deadline needs a time, such as 5m"};
    request.body = json::serialize(json::object{{"deadline", deadline}});
  }
  const auto begun = call->ask_for_object(request);
  if (!begun) return ExitCode::failed;
  world.out << (call->wants_json() ? json::serialize(*begun) : describe(*begun)) << '\n' << std::flush;
  if (parsed.count("wait") != 0) follow(*call, world, *begun);
  return ExitCode::done;
}

}  // namespace turnpike::server
