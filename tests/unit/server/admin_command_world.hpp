#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "config_fixture.hpp"
#include "server/command_line.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::test {

/// Runs commands against a server that is played by the test: it gives these answers, one after the other.
class AdminCommandWorld {
 public:
  using Answer = Result<server::AdminAnswer>;

  int call(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    asked.clear();
    server::CommandWorld world{out_,
                               err_,
                               in_,
                               files.get(),
                               random_,
                               [] { return UnixSeconds{}; },
                               [] { return std::vector<net::InterfaceAddress>{}; },
                               [](AddressFamily) { return std::optional<IpAddress>{}; },
                               [](const server::ServeOptions&) { return 1; },
                               [this](const std::string& path, const server::AdminRequest& request) {
                                 socket = path;
                                 asked.push_back(request.method + " " + request.target);
                                 if (!request.body.empty()) asked.back() += " " + request.body;
                                 const std::size_t turn = asked.size() - 1;
                                 return turn < answers.size() ? answers[turn] : answers.back();
                               }};
    world.pause = [](std::chrono::milliseconds) {};
    return server::run_command_line(arguments, world);
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  FakeEnvironment files;
  std::vector<Answer> answers{server::AdminAnswer{204, ""}};
  std::vector<std::string> asked;
  std::string socket;

 private:
  SeededRandom random_{1};
  std::ostringstream out_;
  std::ostringstream err_;
  std::istringstream in_;
};

inline AdminCommandWorld::Answer failure(boost::system::errc::errc_t code) {
  return boost::system::errc::make_error_code(code);
}

}  // namespace turnpike::test
