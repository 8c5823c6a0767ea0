#pragma once

#include <string>

#include <cxxopts.hpp>

#include "server/command_line.hpp"

namespace turnpike::server {

/// One line of --password-file or of standard input, on a terminal without showing it: everybody on the machine can see
/// what stands on a command line. Throws WrongCall when that is no password.
[[nodiscard]] std::string read_password(const cxxopts::ParseResult& parsed, CommandWorld& world);

}  // namespace turnpike::server
