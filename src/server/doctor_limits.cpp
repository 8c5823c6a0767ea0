#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "server/doctor.hpp"
#include "server/doctor_reading.hpp"

namespace turnpike::server {
namespace {

constexpr std::uint64_t kOwnDescriptors = 256;  // listeners, event loops, files, database
constexpr std::uint64_t kBytesEach = 8192;      // about what an allocation costs beside what waits in its socket
constexpr std::uint64_t kKibibyte = 1024;

struct Limit {
  std::uint64_t value = 0;
  std::string whose;
  std::string advice;
};

/// The running server that was started with this file.
std::optional<int> find_server(const Checkup& checkup) {
  if (checkup.service.main_pid > 0) return checkup.service.main_pid;
  for (const int pid : checkup.machine.find_processes("turnpike")) {
    const auto words = checkup.machine.read_file(fmt::format("/proc/{}/cmdline", pid));
    const std::string& file = checkup.loaded.file_name;
    if (words && !file.empty() && words->find('\0' + file + '\0') != std::string::npos) return pid;
  }
  return std::nullopt;
}

/// "Max open files   1024   524288   files": the soft limit, which is what counts for a running process.
std::optional<std::uint64_t> read_process_limit(const Machine& machine, int pid) {
  constexpr std::string_view kLine = "Max open files";
  std::istringstream lines(read_or_empty(machine, fmt::format("/proc/{}/limits", pid)));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kLine)) continue;
    std::istringstream words(line.substr(kLine.size()));
    std::uint64_t value = 0;
    return words >> value ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

Limit find_limit(const Checkup& checkup) {
  if (const auto pid = find_server(checkup)) {
    if (const auto value = read_process_limit(checkup.machine, *pid)) {
      return {*value, fmt::format("the running server (process {})", *pid),
              "LimitNOFILE=1048576 in the unit, then restart"};
    }
  }
  if (checkup.service.descriptor_limit) {
    return {*checkup.service.descriptor_limit, "turnpike.service",
            "systemctl edit turnpike: [Service] LimitNOFILE=1048576"};
  }
  return {checkup.machine.descriptor_limit(), "a server that is started from here",
          "ulimit -Hn 1048576 before the start as root, or LimitNOFILE=1048576 in its unit"};
}

void examine_descriptors(Checkup& checkup) {
  const Config& config = checkup.config();
  const std::uint64_t ports = static_cast<std::uint64_t>(config.relay.ports.last) - config.relay.ports.first + 1;
  const std::uint64_t allocations = config.quota.total == 0 ? ports : config.quota.total;
  const std::uint64_t wanted = allocations + config.limits.connections + kOwnDescriptors;
  const Limit limit = find_limit(checkup);
  const std::string sentence =
      fmt::format("{} files and sockets may be open in {}; quota.total and limits.connections together need {}.",
                  limit.value, limit.whose, wanted);
  if (limit.value >= wanted) {
    checkup.findings.ok(sentence);
  } else if (limit.value >= wanted / 4) {
    checkup.findings.warning(sentence, limit.advice + ", or lower the quota");
  } else {
    checkup.findings.problem(sentence, limit.advice + ", or lower the quota");
  }
}

void examine_buffers(Checkup& checkup) {
  const auto& limits = checkup.config().limits;
  const auto examine = [&](std::string_view sysctl, std::uint64_t wanted, std::string_view keys) {
    const auto most = read_sysctl(checkup.machine, fmt::format("net/core/{}", sysctl));
    if (!most || *most >= wanted) return;
    checkup.findings.warning(
        fmt::format("{} of {} bytes are cut to {} where the server has no CAP_NET_ADMIN: bursts are lost sooner.", keys,
                    wanted, *most),
        fmt::format("sysctl -w net.core.{}={} (to keep: the same line in /etc/sysctl.d/turnpike.conf)", sysctl,
                    wanted));
  };
  examine("rmem_max", std::max(limits.receive_buffer.bytes, limits.relay_receive_buffer.bytes),
          "limits.receive_buffer or relay_receive_buffer");
  examine("wmem_max", std::max(limits.send_buffer.bytes, limits.relay_send_buffer.bytes),
          "limits.send_buffer or relay_send_buffer");
}

/// In bytes.
std::optional<std::uint64_t> read_memory(const Machine& machine) {
  constexpr std::string_view kLine = "MemTotal:";
  std::istringstream lines(read_or_empty(machine, "/proc/meminfo"));
  for (std::string line; std::getline(lines, line);) {
    std::uint64_t kibibytes = 0;
    if (!line.starts_with(kLine)) continue;
    std::istringstream words(line.substr(kLine.size()));
    return words >> kibibytes ? std::optional(kibibytes * kKibibyte) : std::nullopt;
  }
  return std::nullopt;
}

void examine_memory(Checkup& checkup) {
  const auto memory = read_memory(checkup.machine);
  if (!memory) return;
  const std::uint64_t wanted = checkup.config().quota.total * kBytesEach;
  if (wanted <= *memory / 2) return;
  checkup.findings.warning(fmt::format("quota.total ({}) is more than this machine's memory ({} MiB) carries well.",
                                       checkup.config().quota.total, *memory / kKibibyte / kKibibyte),
                           "lower quota.total");
}

}  // namespace

void examine_limits(Checkup& checkup) {
  checkup.findings.begin("limits");
  examine_descriptors(checkup);
  examine_buffers(checkup);
  examine_memory(checkup);
  const auto kernel = checkup.machine.read_file("/proc/sys/kernel/osrelease");
  unsigned version = 0;
  if (!kernel || std::from_chars(kernel->data(), kernel->data() + kernel->size(), version).ec != std::errc{}) return;
  if (version < 5) {
    checkup.findings.warning(
        fmt::format("The kernel is {}: too old for sending datagrams in bulk.", kernel->substr(0, kernel->find('\n'))),
        "Linux 5.10 or newer, as of Debian 11");
  }
}

}  // namespace turnpike::server
