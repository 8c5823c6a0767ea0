#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "server/admin_client.hpp"
#include "server/config_environment.hpp"
#include "server/doctor_machine.hpp"
#include "server/run_server.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/interfaces.hpp"

namespace turnpike::server {

enum class ExitCode : int { done = 0, failed = 1, wrong_call = 2 };

/// All that the commands touch of the world, so that tests can be the world.
struct CommandWorld {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  ConfigEnvironment environment;
  Random& random;
  std::function<UnixSeconds()> now;
  std::function<std::vector<net::InterfaceAddress>()> interfaces;
  RouteProbe route_probe;
  std::function<int(const ServeOptions&)> run_server;
  AskServer ask_server = nullptr;
  std::function<Machine()> machine = real_machine;  ///< for `doctor`
  std::function<void(std::chrono::milliseconds)> pause = [](auto time) { std::this_thread::sleep_for(time); };
};

/// Thrown inside a command when the call was wrong; run_command_line() catches it.
struct WrongCall {
  std::string message;
};

/// `arguments` without the program's name. Returns the exit code; lets no exception of the option parser out.
int run_command_line(std::span<const std::string> arguments, CommandWorld& world);

}  // namespace turnpike::server
