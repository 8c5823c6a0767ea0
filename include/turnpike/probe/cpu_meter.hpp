#pragma once

#include <cstdint>

namespace turnpike::probe {

/// Processor time that a process has used so far, all its threads together.
struct CpuTime {
  std::uint64_t scheduled_ns = 0;  ///< /proc/PID/task/*/schedstat: exact, system calls and their softirqs included
  std::uint64_t ticks_ns = 0;      ///< utime + stime of /proc/PID/stat: sampled, in units of 10 ms
};

/// Throws std::runtime_error when there is no such process.
[[nodiscard]] CpuTime read_cpu_time(int pid);

}  // namespace turnpike::probe
