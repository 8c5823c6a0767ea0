#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <boost/asio/ip/tcp.hpp>

namespace turnpike::bench {

struct Arguments {
  boost::asio::ip::tcp::endpoint server;
  std::string host;
  std::string path;
  int pid = 0;
  std::size_t rooms = 2000;
  std::size_t members = 4;
  double rate = 20;  ///< messages a second of each room, or of each member
  bool is_per_member = false;
  bool is_to_one = false;
  /// How many get each message.
  [[nodiscard]] std::size_t receivers() const noexcept { return is_to_one ? 1 : members - 1; }
  double seconds = 20;
  double warmup = 3;
  std::size_t padding = 100;  ///< bytes
  std::size_t addresses = 64;
  std::size_t connecting = 100;  ///< at once
};

struct WrongCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

extern const char* const kUsage;

/// Throws WrongCall.
[[nodiscard]] Arguments parse(int argc, char** argv);

}  // namespace turnpike::bench
