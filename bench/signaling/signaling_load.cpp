// Fills a server's rooms with native clients over loopback and prints how long a message takes to the others of its
// room, what it costs the server, and how much memory a member takes that says nothing.

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "arguments.hpp"
#include "load.hpp"
#include "turnpike/probe/cpu_meter.hpp"

namespace turnpike::bench {
namespace {

using probe::CpuTime;
using probe::read_cpu_time;

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto wanted = static_cast<rlim_t>(count) + 64;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    throw std::runtime_error("there may not be " + std::to_string(wanted) + " descriptors (ulimit -n)");
  }
}

/// Bytes of memory that a process has now.
double read_resident(int pid) {
  if (pid == 0) return 0;
  double pages = 0;
  double resident = 0;
  std::ifstream{"/proc/" + std::to_string(pid) + "/statm"} >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

CpuTime cpu_now(const Arguments& arguments) { return arguments.pid == 0 ? CpuTime{} : read_cpu_time(arguments.pid); }

void report(const Arguments& arguments, Tally& tally, double bytes_per_member, const CpuTime& before,
            const CpuTime& after) {
  const auto deliveries = static_cast<double>(std::max<std::uint64_t>(tally.delivered, 1));
  const double cpu_ns = static_cast<double>(after.scheduled_ns - before.scheduled_ns);
  const double expected = static_cast<double>(tally.sent) * static_cast<double>(arguments.receivers());
  std::printf(
      "{\"rooms\": %zu, \"members\": %zu, \"sent\": %llu, \"delivered\": %llu, \"missing\": %.0f, \"errors\": %llu, "
      "\"lost_connections\": %llu, \"deliveries_per_second\": %.0f, \"delivery_ms\": {\"p50\": %.2f, \"p90\": %.2f, "
      "\"p99\": %.2f, \"p999\": %.2f, \"max\": %.2f}, \"generator_late_ms\": %.2f, \"server_cores\": %.3f, "
      "\"cpu_us_per_delivery\": %.2f, \"idle_kib_per_member\": %.1f}\n",
      arguments.rooms, arguments.members, static_cast<unsigned long long>(tally.sent),
      static_cast<unsigned long long>(tally.delivered), expected - static_cast<double>(tally.delivered),
      static_cast<unsigned long long>(tally.errors), static_cast<unsigned long long>(tally.lost),
      deliveries / tally.seconds, tally.percentile_ms(0.5), tally.percentile_ms(0.9), tally.percentile_ms(0.99),
      tally.percentile_ms(0.999), tally.percentile_ms(1), static_cast<double>(tally.late_ns) / 1e6,
      cpu_ns / 1e9 / tally.seconds, cpu_ns / 1000.0 / deliveries, bytes_per_member / 1024.0);
}

void run(const Arguments& arguments) {
  const std::size_t count = arguments.rooms * arguments.members;
  allow_descriptors(count);
  const double resident_before = read_resident(arguments.pid);
  Load load{arguments};
  load.connect();
  load.rest(2);
  const double each = (read_resident(arguments.pid) - resident_before) / static_cast<double>(count);
  if (arguments.warmup > 0) static_cast<void>(load.run(arguments.warmup));
  const CpuTime before = cpu_now(arguments);
  Tally tally = load.run(arguments.seconds);
  report(arguments, tally, each, before, cpu_now(arguments));
}

}  // namespace
}  // namespace turnpike::bench

int main(int argc, char** argv) {
  try {
    turnpike::bench::run(turnpike::bench::parse(argc, argv));
    return 0;
  } catch (const turnpike::bench::WrongCall& error) {
    std::fprintf(stderr, "%s\n%s", error.what(), turnpike::bench::kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "signaling_load: %s\n", error.what());
    return 1;
  }
}
