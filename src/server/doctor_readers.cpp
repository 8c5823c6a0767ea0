#include "server/doctor_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "server/doctor_reading.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint32_t kReadByAll = 0004;
constexpr std::uint32_t kWrittenByAll = 0002;
constexpr std::uint32_t kReadByGroup = 0040;

/// Groups that exist for reading such files.
constexpr std::array<std::string_view, 3> kTrustedGroups{"root", "turnpike", "ssl-cert"};

}  // namespace

std::string group_name(const Machine& machine, std::uint32_t number) {
  std::istringstream lines(read_or_empty(machine, "/etc/group"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t name = line.find(':');
    const std::size_t id = name == std::string::npos ? name : line.find(':', name + 1);
    if (id == std::string::npos) continue;
    if (line.substr(id + 1, line.find(':', id + 1) - id - 1) == fmt::to_string(number)) return line.substr(0, name);
  }
  return fmt::to_string(number);
}

std::string quote_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

void judge_readers(const Machine& machine, const std::string& path, Content content, Findings& findings) {
  const Result<FileFacts> facts = machine.look_at(path);
  if (!facts) {
    findings.note(fmt::format("Who can read {} could not be seen: {}.", path, facts.error().message()),
                  machine.user == 0 ? "" : "run this as root");
    return;
  }
  const std::string word = quote_word(path);
  if ((facts->mode & kWrittenByAll) != 0) {
    findings.problem(fmt::format("Every user of this machine can change {}.", path),
                     fmt::format("chmod o-rwx {}", word));
  } else if (content == Content::secret && (facts->mode & kReadByAll) != 0) {
    findings.problem(fmt::format("Every user of this machine can read {}, which holds secrets.", path),
                     fmt::format("chmod o-rwx {} (the server's user must own it or be in its group)", word));
  } else if (content == Content::secret && (facts->mode & kReadByGroup) != 0) {
    const std::string group = group_name(machine, facts->group);
    if (std::ranges::find(kTrustedGroups, group) != kTrustedGroups.end()) return;
    findings.warning(
        fmt::format("The members of the group {} can read {}, which holds secrets.", group, path),
        fmt::format("chgrp turnpike {} (or the group of the server's user, where that is another one)", word));
  }
}

}  // namespace turnpike::server
