#include "server/admin_call.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <ostream>

#include "server/command_table.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;
namespace errc = boost::system::errc;

constexpr std::string_view kDefaultSocket = "/run/turnpike/admin.sock";

std::string_view hint_for(const error_code& error) noexcept {
  if (error == errc::no_such_file_or_directory || error == errc::connection_refused) {
    return "is the server running, and is this its api.admin_socket?";
  }
  if (error == errc::permission_denied) return "run this as root or as the server's user";
  if (error == errc::connection_reset) return "the server hung up: run this as root or as the server's user";
  if (error == errc::timed_out) return "the server does not answer";
  return "";
}

json::string_view json_view(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// Null when the server cannot be asked by this file; that has been said then.
std::shared_ptr<const Config> config_of_file(const std::string& path, CommandWorld& world) {
  auto loaded = load_config_file(path, world, world.err);
  if (!loaded) return nullptr;
  if (loaded->config.api.admin_socket.empty()) {
    world.err << fmt::format("{}: api.admin_socket is empty: such a server cannot be asked from here\n", path);
    return nullptr;
  }
  return std::make_shared<const Config>(std::move(loaded->config));
}

}  // namespace

void AdminCall::add_options(cxxopts::Options& options) {
  options.add_options()("socket", fmt::format("the server's admin socket (default: {})", kDefaultSocket),
                        cxxopts::value<std::string>(),
                        "PATH")("c,config", "take api.admin_socket from this file", cxxopts::value<std::string>(),
                                "FILE")("json", "print what the server answers as JSON")("h,help", "this text");
}

std::optional<AdminCall> AdminCall::prepare(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  if (parsed.count("socket") + parsed.count("config") > 1) throw WrongCall{"give one of --socket and --config"};
  const bool wants_json = parsed.count("json") != 0;
  if (parsed.count("socket") != 0) return AdminCall{world, parsed["socket"].as<std::string>(), wants_json, nullptr};
  if (parsed.count("config") == 0) return AdminCall{world, std::string(kDefaultSocket), wants_json, nullptr};
  auto config = config_of_file(parsed["config"].as<std::string>(), world);
  if (!config) return std::nullopt;
  std::string socket = config->api.admin_socket;
  return AdminCall{world, std::move(socket), wants_json, std::move(config)};
}

std::optional<AdminAnswer> AdminCall::ask(const AdminRequest& request) {
  Result<AdminAnswer> answer = world_.ask_server(socket_, request);
  if (answer) return std::move(*answer);
  const std::string_view hint = hint_for(answer.error());
  world_.err << fmt::format("turnpike: cannot ask the server at {}: {}{}{}\n", escape_printable(socket_),
                            answer.error().message(), hint.empty() ? "" : "; ", hint);
  return std::nullopt;
}

std::optional<AdminAnswer> AdminCall::ask_if_there(const AdminRequest& request) {
  Result<AdminAnswer> answer = world_.ask_server(socket_, request);
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

std::optional<json::object> AdminCall::ask_for_object(const AdminRequest& request) {
  const auto answer = ask(request);
  if (!answer) return std::nullopt;
  if (answer->status / 100 == 2) return object_of(*answer);
  world_.err << fmt::format("turnpike: {}\n", explain(*answer));
  return std::nullopt;
}

std::string explain(const AdminAnswer& answer) {
  const json::object problem = object_of(answer);
  for (const auto* name : {"detail", "title"}) {
    if (problem.contains(name)) return fmt::format("{} (status {})", text_of(problem, name), answer.status);
  }
  return fmt::format("the server answered with status {}", answer.status);
}

json::object object_of(const AdminAnswer& answer) {
  error_code error;
  json::value value = json::parse(answer.body, error);
  if (error || !value.is_object()) return {};
  return std::move(value.as_object());
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json_view(name));
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "-" : escape_printable(std::string_view(text->data(), text->size()));
}

std::uint64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json_view(name));
  error_code error;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(json_view(name));
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  std::vector<std::string> texts;
  if (array == nullptr) return texts;
  for (const json::value& each : *array) {
    if (const json::string* text = each.if_string()) {
      texts.push_back(escape_line(std::string_view(text->data(), text->size())));
    }
  }
  return texts;
}

std::string show_age(std::uint64_t seconds) {
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  if (seconds < kMinute) return fmt::format("{}s", seconds);
  if (seconds < kHour) return fmt::format("{}m{}s", seconds / kMinute, seconds % kMinute);
  if (seconds < kDay) return fmt::format("{}h{}m", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{}d{}h", seconds / kDay, seconds % kDay / kHour);
}

std::vector<std::string> positional_values(const cxxopts::ParseResult& parsed, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& argument : parsed.arguments()) {
    if (argument.key() == name) values.push_back(argument.value());
  }
  return values;
}

}  // namespace turnpike::server
