#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "server/command_line.hpp"
#include "turnpike/base/system_random.hpp"

namespace {

turnpike::UnixSeconds wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Without its interfaces the machine can still serve the addresses that a configuration names.
std::vector<turnpike::net::InterfaceAddress> interfaces() {
  auto listed = turnpike::net::list_interface_addresses();
  return listed ? std::move(*listed) : std::vector<turnpike::net::InterfaceAddress>{};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    turnpike::SystemRandom random;
    turnpike::server::CommandWorld world{std::cout,
                                         std::cerr,
                                         std::cin,
                                         turnpike::server::process_environment(),
                                         random,
                                         wall_clock,
                                         interfaces,
                                         turnpike::server::probe_default_route,
                                         turnpike::server::run_server,
                                         turnpike::server::ask_server};
    return turnpike::server::run_command_line(arguments, world);
  } catch (const std::exception& error) {
    std::cerr << "turnpike: " << error.what() << '\n';
    return 1;
  }
}
