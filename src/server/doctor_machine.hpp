#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"

namespace turnpike::server {

struct FileFacts {
  bool is_folder = false;
  std::uint32_t mode = 0;  ///< the permission bits
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
  bool has_access_list = false;  ///< more than owner, group and mode decide (POSIX ACL)
};

struct ProgramOutput {
  int code = 0;
  std::string text;  ///< standard output
};

/// What `turnpike doctor` asks the machine, so that tests can be the machine.
struct Machine {
  std::function<Result<std::string>(const std::string& path)> read_file;
  std::function<Result<FileFacts>(const std::string& path)> look_at;
  /// Runs a program of the system, without a shell and for a few seconds at most; no_such_file_or_directory when it is
  /// not installed, timed_out when it took longer.
  std::function<Result<ProgramOutput>(const std::vector<std::string>& words)> run;
  /// Whether a socket could be bound there now, all to itself.
  std::function<error_code(bool is_datagram, const Endpoint& endpoint)> try_bind;
  /// How a STUN server sees a socket with that local address.
  std::function<Result<IpAddress>(const Endpoint& server, const IpAddress& local)> ask_stun;
  /// Whether the kernel says that something keeps its clock right; nothing when it cannot be asked.
  std::function<std::optional<bool>()> is_clock_kept;
  /// How many descriptors a program started from here may have (the hard limit).
  std::function<std::uint64_t()> descriptor_limit;
  /// The processes whose program has that name.
  std::function<std::vector<int>(std::string_view name)> find_processes;
  std::uint32_t user = 0;  ///< who asks; 0 is root
};

[[nodiscard]] Machine real_machine();

}  // namespace turnpike::server
