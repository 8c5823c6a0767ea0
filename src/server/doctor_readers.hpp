#pragma once

#include <cstdint>
#include <string>

#include "server/doctor.hpp"

namespace turnpike::server {

/// What a file holds: settings may be read by everybody, but not written.
enum class Content : std::uint8_t { secret, settings };

/// Says who can read or change `path` and should not.
void judge_readers(const Machine& machine, const std::string& path, Content content, Findings& findings);

}  // namespace turnpike::server
