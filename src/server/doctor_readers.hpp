#pragma once

#include <cstdint>
#include <string>

#include "server/doctor.hpp"

namespace turnpike::server {

/// What a file holds: settings may be read by everybody, but not written.
enum class Content : std::uint8_t { secret, settings };

/// A group's name, or its number when it has none.
[[nodiscard]] std::string group_name(const Machine& machine, std::uint32_t number);

/// For a shell, whatever the text holds.
[[nodiscard]] std::string quote_word(const std::string& text);

/// Says who can read or change `path` and should not.
void judge_readers(const Machine& machine, const std::string& path, Content content, Findings& findings);

}  // namespace turnpike::server
