#pragma once

#include <string>
#include <vector>

#include "server/doctor_machine.hpp"

namespace turnpike::server {

/// Runs a program out of the system's own folders (not out of PATH: this may be root asking) with an empty input and
/// few variables. What it says on standard error is dropped; what it says at too much length is cut.
[[nodiscard]] Result<ProgramOutput> run_program(const std::vector<std::string>& words);

}  // namespace turnpike::server
