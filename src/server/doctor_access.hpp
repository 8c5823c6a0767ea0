#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/doctor_machine.hpp"

namespace turnpike::server {

/// A user of this machine, with the groups that it is in.
struct SystemUser {
  std::string name;
  std::uint32_t number = 0;
  std::vector<std::uint32_t> groups;  ///< its own one first
};

/// Nothing when there is no such user. `more_groups` are names.
[[nodiscard]] std::optional<SystemUser> find_user(const Machine& machine, const std::string& name,
                                                  const std::vector<std::string>& more_groups = {});

enum class Access : std::uint32_t { read = 4, change = 6, enter = 1, put_files_into = 3 };

/// What keeps the user from `path`: a folder on the way, or the file itself. Nothing when nothing does, as far as
/// owner, group and mode tell; what cannot be seen from here, and what has an access list, is taken as open.
[[nodiscard]] std::optional<std::string> find_obstacle(const Machine& machine, const SystemUser& user,
                                                       const std::string& path, Access access);

/// The commands that take away such an obstacle.
[[nodiscard]] std::string advise_obstacle(const Machine& machine, const SystemUser& user, const std::string& obstacle,
                                          Access access);

}  // namespace turnpike::server
