#pragma once

#include <string>

#include "turnpike/turn/command.hpp"

namespace turnpike::test {

/// A command in words, with what identifies it and without what is random: "ConnectPeer 198.51.100.7:7000",
/// "SendToClient Connect error 447". For tests that expect an exact list.
[[nodiscard]] std::string describe(const turn::Command& command);

}  // namespace turnpike::test
