#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "config_fixture.hpp"
#include "server/command_line.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::test {

/// Calls turnpike's commands in a made-up world.
class CommandTest : public testing::Test {
 protected:
  explicit CommandTest(FakeEnvironment environment) : environment_(std::move(environment)) {}

  int call(std::initializer_list<std::string> arguments) {
    out_.str("");
    err_.str("");
    server::CommandWorld world{out_,
                               err_,
                               in_,
                               environment_.get(),
                               random_,
                               [] { return UnixSeconds{Seconds{1'999'992'799}}; },
                               [this] { return interfaces_; },
                               [](AddressFamily) { return std::optional<IpAddress>{}; },
                               [this](const server::ServeOptions& options) {
                                 served_ = options;
                                 return server_answer_;
                               }};
    return server::run_command_line(std::vector<std::string>(arguments), world);
  }

  FakeEnvironment environment_;
  std::vector<net::InterfaceAddress> interfaces_;
  SeededRandom random_{1};
  std::ostringstream out_;
  std::ostringstream err_;
  std::istringstream in_;
  std::optional<server::ServeOptions> served_;
  int server_answer_ = 0;
};

}  // namespace turnpike::test
