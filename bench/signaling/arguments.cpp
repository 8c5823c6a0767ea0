#include "arguments.hpp"

#include <getopt.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace turnpike::bench {

const char* const kUsage =
    "signaling_load ws://127.0.0.1:PORT/signal [--pid SERVER] [--rooms 2000] [--members 4] [--rate 20] [--per room]\n"
    "               [--to all] [--seconds 20] [--warmup 3] [--padding 100] [--addresses 64] [--connecting 100]\n"
    "Prints one JSON object. --rate counts messages a second of each room, with --per member of each member; each goes "
    "to\nall others of the room, with --to one to the next of them. --addresses: how many source addresses (127.0.1.1 "
    "and on)\nthe clients are spread over; a room's members share one. The server must let everybody join "
    "(signaling.auth =\n\"open\").\n";

namespace {

double number(const std::string& name, const char* text, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= least && value <= most)) {
    throw WrongCall("--" + name + " must be " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

void take(Arguments& arguments, const std::string& name, const char* text) {
  const auto count = [&](double least, double most) {
    return static_cast<std::size_t>(number(name, text, least, most));
  };
  if (name == "pid") arguments.pid = static_cast<int>(count(1, 1 << 30));
  if (name == "rooms") arguments.rooms = count(1, 100'000);
  if (name == "members") arguments.members = count(2, 64);
  if (name == "rate") arguments.rate = number(name, text, 0, 1000);
  if (name == "seconds") arguments.seconds = number(name, text, 0.1, 3600);
  if (name == "warmup") arguments.warmup = number(name, text, 0, 600);
  if (name == "padding") arguments.padding = count(0, 32'000);
  if (name == "addresses") arguments.addresses = count(1, 250);
  if (name == "connecting") arguments.connecting = count(1, 1000);
  if (name == "per") {
    arguments.is_per_member = text == std::string_view("member");
    if (!arguments.is_per_member && text != std::string_view("room")) throw WrongCall("--per is room or member");
  }
  if (name == "to") {
    arguments.is_to_one = text == std::string_view("one");
    if (!arguments.is_to_one && text != std::string_view("all")) throw WrongCall("--to is all or one");
  }
}

void take_url(Arguments& arguments, std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  const std::size_t slash = url.find('/', kScheme.size());
  const std::size_t colon = url.find(':', kScheme.size());
  if (!url.starts_with(kScheme) || slash == std::string_view::npos || colon == std::string_view::npos ||
      colon > slash) {
    throw WrongCall("the URL must be ws://IPV4:PORT/PATH");
  }
  boost::system::error_code error;
  const std::string address(url.substr(kScheme.size(), colon - kScheme.size()));
  const std::string port(url.substr(colon + 1, slash - colon - 1));
  arguments.server.address(boost::asio::ip::make_address_v4(address, error));
  if (error) throw WrongCall("the server must be an IPv4 address");
  arguments.server.port(static_cast<std::uint16_t>(number("port", port.c_str(), 1, 65'535)));
  arguments.host = address + ":" + port;
  arguments.path = url.substr(slash);
}

}  // namespace

Arguments parse(int argc, char** argv) {
  const std::array names{"pid",     "rooms",  "members", "rate",      "per",       "to",
                         "seconds", "warmup", "padding", "addresses", "connecting"};
  std::vector<option> options;
  options.reserve(names.size() + 1);
  for (const char* name : names) options.push_back({name, required_argument, nullptr, 0});
  options.push_back({});
  Arguments arguments;
  int index = 0;
  for (int found = 0; (found = ::getopt_long(argc, argv, "", options.data(), &index)) != -1;) {
    if (found != 0) throw WrongCall("wrong call");
    take(arguments, options[static_cast<std::size_t>(index)].name, optarg);
  }
  if (optind + 1 != argc) throw WrongCall("the URL is missing, or there is too much");
  take_url(arguments, argv[optind]);
  return arguments;
}

}  // namespace turnpike::bench
