#pragma once

#include <cstdint>

namespace turnpike::rooms {

/// A client's connection, numbered by the shell; never used again. 0 is nobody.
enum class ClientId : std::uint64_t {};

}  // namespace turnpike::rooms
