#include <ostream>

#include "server/command_table.hpp"

#ifndef TURNPIKE_VERSION
#define TURNPIKE_VERSION "development"
#endif

namespace turnpike::server {

cxxopts::Options version_options() {
  cxxopts::Options options("turnpike version", "Prints the version.\n");
  options.add_options()("h,help", "this text");
  return options;
}

ExitCode run_version(const cxxopts::ParseResult& /*parsed*/, CommandWorld& world) {
  world.out << "turnpike " TURNPIKE_VERSION "\n";
  return ExitCode::done;
}

}  // namespace turnpike::server
