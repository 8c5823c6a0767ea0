#include "turnpike/probe/cpu_meter.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace turnpike::probe {
namespace {

namespace fs = std::filesystem;

std::uint64_t read_scheduled(const fs::path& process) {
  std::uint64_t total = 0;
  for (const fs::directory_entry& thread : fs::directory_iterator(process / "task")) {
    std::uint64_t on_cpu = 0;
    std::ifstream{thread.path() / "schedstat"} >> on_cpu;
    total += on_cpu;
  }
  return total;
}

std::uint64_t read_ticks(const fs::path& process) {
  std::ifstream file{process / "stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  // The name in parentheses may hold anything, so count from its end: utime and stime are the 12th and 13th field
  // behind.
  std::istringstream rest{text.substr(text.rfind(')') + 1)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  rest >> user >> system;
  return (user + system) * (1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

}  // namespace

CpuTime read_cpu_time(int pid) {
  const fs::path process = fs::path{"/proc"} / std::to_string(pid);
  if (!fs::exists(process / "task")) throw std::runtime_error("there is no process " + std::to_string(pid));
  return {read_scheduled(process), read_ticks(process)};
}

}  // namespace turnpike::probe
