#include "server/doctor_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "server/doctor.hpp"
#include "server/doctor_readers.hpp"
#include "server/doctor_reading.hpp"
#include "server/doctor_secret_places.hpp"

namespace turnpike::server {
namespace {

constexpr std::string_view kUsualFile = "/etc/turnpike/turnpike.toml";
constexpr const char* kUsualUser = "turnpike";
constexpr std::string_view kCredentials = "/run/credentials/";
constexpr std::string_view kStateFolder = "/var/lib/turnpike";

/// The lines of /etc/passwd or /etc/group, cut at the colons.
std::vector<std::vector<std::string>> read_table(const Machine& machine, const std::string& path) {
  std::vector<std::vector<std::string>> table;
  std::istringstream lines(read_or_empty(machine, path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::vector<std::string>& row = table.emplace_back();
    for (std::string cell; std::getline(cells, cell, ':');) row.push_back(cell);
  }
  return table;
}

std::optional<std::uint32_t> parse_number(const std::string& text) {
  std::uint32_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool has_member(const std::string& members, const std::string& name) {
  return fmt::format(",{},", members).find(fmt::format(",{},", name)) != std::string::npos;
}

bool is_allowed(const FileFacts& facts, const SystemUser& user, Access access) {
  if (user.number == 0 || facts.has_access_list) return true;
  const bool is_in_group = std::ranges::find(user.groups, facts.group) != user.groups.end();
  const unsigned shift = facts.owner == user.number ? 6 : is_in_group ? 3 : 0;
  const auto wanted = static_cast<std::uint32_t>(access);
  return ((facts.mode >> shift) & wanted) == wanted;
}

std::string letters_of(Access access) {
  switch (access) {
    case Access::read: return "r";
    case Access::change: return "rw";
    case Access::enter: return "x";
    case Access::put_files_into: break;
  }
  return "wx";
}

/// Whoever tries a file of his own need not let the service read it.
bool is_file_of_service(const Checkup& checkup) {
  const std::string& file = checkup.loaded.file_name;
  return file == kUsualFile || checkup.service.command.find(fmt::format(" {} ", file)) != std::string::npos;
}

/// The user that the server runs as; nothing when systemd makes one up for each run, or when it is not known.
std::optional<SystemUser> find_service_user(const Checkup& checkup) {
  const ServiceFacts& service = checkup.service;
  if (service.is_known && service.user.empty()) return std::nullopt;
  return find_user(checkup.machine, service.is_known ? service.user : kUsualUser, service.groups);
}

void judge_reading(Checkup& checkup, const SystemUser& user, const std::string& path) {
  if (path.empty() || path.starts_with(kCredentials)) return;
  const auto obstacle = find_obstacle(checkup.machine, user, path, Access::read);
  if (!obstacle) return;
  const bool is_file = *obstacle == path;
  const bool is_configuration = path == checkup.loaded.file_name;
  checkup.findings.problem(
      fmt::format("The server runs as the user {}, who cannot read {}{}.", user.name, path,
                  is_file ? "" : fmt::format(": the folder {} is closed to that user", *obstacle)),
      advise_obstacle(checkup.machine, user, *obstacle, is_file ? Access::read : Access::enter) +
          (is_configuration ? "" : ", or give it by LoadCredential= in the unit (docs/systemd.md)"));
}

void judge_database(Checkup& checkup, const SystemUser& user) {
  const std::string& path = checkup.config().auth.database;
  if (path.empty()) return;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const auto complain = [&](const std::string& target, Access access) {
    const auto obstacle = find_obstacle(checkup.machine, user, target, access);
    if (!obstacle) return false;
    checkup.findings.problem(
        fmt::format("The server runs as the user {}, who cannot write {}.", user.name, target),
        advise_obstacle(checkup.machine, user, *obstacle, *obstacle == target ? access : Access::enter));
    return true;
  };
  // When it starts the service, systemd gives this folder to its user, with all that is in it.
  const bool is_given =
      checkup.service.is_known && folder == kStateFolder && find_obstacle(checkup.machine, user, folder, Access::enter);
  if (!is_given && !complain(folder, Access::put_files_into)) complain(path, Access::change);
}

}  // namespace

std::optional<SystemUser> find_user(const Machine& machine, const std::string& name,
                                    const std::vector<std::string>& more_groups) {
  const auto users = read_table(machine, "/etc/passwd");
  const auto found = std::ranges::find_if(users, [&](const auto& row) { return row.size() > 3 && row[0] == name; });
  if (found == users.end()) return std::nullopt;
  const auto number = parse_number((*found)[2]);
  const auto group = parse_number((*found)[3]);
  if (!number || !group) return std::nullopt;
  SystemUser user{name, *number, {*group}};
  for (const auto& row : read_table(machine, "/etc/group")) {
    const auto id = row.size() > 2 ? parse_number(row[2]) : std::nullopt;
    const bool is_member = row.size() > 3 && has_member(row[3], name);
    if (id && (is_member || std::ranges::find(more_groups, row[0]) != more_groups.end())) user.groups.push_back(*id);
  }
  return user;
}

std::optional<std::string> find_obstacle(const Machine& machine, const SystemUser& user, const std::string& path,
                                         Access access) {
  std::filesystem::path way;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    way /= part;
    const bool is_end = way == path;
    const Result<FileFacts> facts = machine.look_at(way.string());
    if (facts && !is_allowed(*facts, user, is_end ? access : Access::enter)) return way.string();
  }
  return std::nullopt;
}

std::string advise_obstacle(const Machine& machine, const SystemUser& user, const std::string& obstacle,
                            Access access) {
  const std::string word = quote_word(obstacle);
  const std::string letters = letters_of(access);
  const Result<FileFacts> facts = machine.look_at(obstacle);
  if (facts && facts->owner == user.number) return fmt::format("chmod u+{} {}", letters, word);
  if (access == Access::change || access == Access::put_files_into) {
    return fmt::format("chown {} {} && chmod u+{} {}", user.name, word, letters, word);
  }
  return fmt::format("chgrp {} {} && chmod g+{} {}", group_name(machine, user.groups.front()), word, letters, word);
}

void examine_access(Checkup& checkup) {
  Findings& findings = checkup.findings;
  findings.begin("access");
  if (!is_file_of_service(checkup)) {
    findings.note("The service is started with another file, so whether its user can read this one was not looked at.");
    return;
  }
  const auto user = find_service_user(checkup);
  if (!user) {
    findings.note("The user that the server runs as is not known here, so what it can read was not looked at.");
    return;
  }
  judge_reading(checkup, *user, checkup.loaded.file_name);
  for (const PlacedSecret& secret : find_secrets(checkup.root, checkup.loaded.file_name, checkup.world.environment)) {
    if (secret.home == PlacedSecret::Home::file) judge_reading(checkup, *user, secret.path);
  }
  for (const CertificateFiles& pair : checkup.config().tls.certificates) {
    judge_reading(checkup, *user, pair.chain);
    judge_reading(checkup, *user, pair.key);
  }
  judge_database(checkup, *user);
  if (findings.is_area_clean()) {
    findings.ok(fmt::format("The server's user {} can read its files and write its database.", user->name));
  }
}

}  // namespace turnpike::server
