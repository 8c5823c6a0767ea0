// Loads one TURN server over loopback with real sockets and prints what a relayed packet costs it. bench/relay/compare
// runs this against two servers in turn.

#include <getopt.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/digest.hpp"
#include "turnpike/base/system_random.hpp"
#include "turnpike/probe/load.hpp"

namespace turnpike::bench {
namespace {

constexpr double kLossFlag = 0.01;  // a run that loses more says nothing about cost

constexpr const char* kUsage =
    "relay_bench --server 127.0.0.1:PORT (--secret S | --user U --password P) [--pid SERVER]\n"
    "            [--allocations 100] [--payload 1100] [--rate 40000] [--burst 1] [--seconds 5] [--warmup 1]\n"
    "Prints one JSON object. --rate counts packets per second in both directions together; --burst is how many of "
    "them\n"
    "one flow sends back to back.\n";

struct Arguments {
  probe::LoadPlan plan;
  std::string secret;
};

struct WrongCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The TURN REST form: username "EXPIRY:bench", password base64(HMAC-SHA1(secret, username)).
void sign_with_secret(client::SessionOptions& options, const std::string& secret) {
  const auto wall = std::chrono::system_clock::now().time_since_epoch() + std::chrono::hours{1};
  options.username = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(wall).count()) + ":bench";
  options.password = base64_encode(hmac_sha1(as_bytes(secret), {as_bytes(options.username)}));
}

double number(const std::string& name, const char* text, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(value >= least && value <= most)) {
    throw WrongCall("--" + name + " must be " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

void take(Arguments& arguments, const std::string& name, const char* text) {
  const auto count = [&](double least, double most) {
    return static_cast<std::size_t>(number(name, text, least, most));
  };
  if (name == "server") {
    const std::optional<Endpoint> server = Endpoint::parse(text);
    if (!server || !server->address.is_v4()) throw WrongCall("--server must be an IPv4 address and a port");
    arguments.plan.session.server = *server;
  }
  if (name == "secret") arguments.secret = text;
  if (name == "user") arguments.plan.session.username = text;
  if (name == "password") arguments.plan.session.password = text;
  if (name == "pid") arguments.plan.pid = static_cast<int>(count(1, 1 << 30));
  if (name == "allocations") arguments.plan.allocations = count(1, 10'000);
  if (name == "payload") arguments.plan.load.payload = count(32, 1400);
  if (name == "burst") arguments.plan.load.burst = count(1, 64);
  if (name == "rate") arguments.plan.load.packets_per_second = number(name, text, 1, 1e7);
  if (name == "seconds") arguments.plan.load.seconds = number(name, text, 0.1, 3600);
  if (name == "warmup") arguments.plan.warmup = number(name, text, 0.1, 3600);
}

Arguments parse(int argc, char** argv) {
  const std::array names{"server",  "secret", "user", "password", "pid",   "allocations",
                         "payload", "burst",  "rate", "seconds",  "warmup"};
  std::vector<option> options;
  options.reserve(names.size() + 1);
  for (const char* name : names) options.push_back({name, required_argument, nullptr, 0});
  options.push_back({});
  Arguments arguments;
  int index = 0;
  for (int found = 0; (found = ::getopt_long(argc, argv, "", options.data(), &index)) != -1;) {
    if (found != 0) throw WrongCall("wrong call");
    take(arguments, options[static_cast<std::size_t>(index)].name, optarg);
  }
  if (optind != argc || arguments.plan.session.server.port == 0)
    throw WrongCall("--server is missing, or there is too much");
  if (!arguments.secret.empty()) sign_with_secret(arguments.plan.session, arguments.secret);
  if (arguments.plan.session.username.empty()) throw WrongCall("credentials are missing");
  return arguments;
}

void report(const Arguments& arguments, probe::Tally& tally, const probe::CpuTime& used) {
  const auto packets = static_cast<double>(std::max<std::uint64_t>(tally.received, 1));
  const double scheduled = static_cast<double>(used.scheduled_ns) / 1000.0;
  const double ticks = static_cast<double>(used.ticks_ns) / 1000.0;
  std::printf(
      "{\"allocations\": %zu, \"payload\": %zu, \"burst\": %zu, \"sent\": %llu, \"received\": %llu, \"refused\": %llu, "
      "\"loss\": %.6f, \"lossy\": %s, \"packets_per_second\": %.0f, \"cpu_us_per_packet\": %.4f, "
      "\"tick_cpu_us_per_packet\": %.4f, \"latency_us\": {\"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, "
      "\"max\": %.1f}}\n",
      arguments.plan.allocations, arguments.plan.load.payload, arguments.plan.load.burst,
      static_cast<unsigned long long>(tally.sent), static_cast<unsigned long long>(tally.received),
      static_cast<unsigned long long>(tally.refused), tally.loss(), tally.loss() > kLossFlag ? "true" : "false",
      packets / tally.seconds, scheduled / packets, ticks / packets, tally.percentile_us(0.5), tally.percentile_us(0.9),
      tally.percentile_us(0.99), tally.percentile_us(0.999), tally.percentile_us(1));
}

void run(const Arguments& arguments) {
  SystemRandom random;
  auto outcome = probe::run_load(arguments.plan, random);
  if (!outcome) throw std::runtime_error(outcome.error().message);
  report(arguments, outcome->tally, outcome->used.value_or(probe::CpuTime{}));
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
    std::fprintf(stderr, "relay_bench: %s\n", error.what());
    return 1;
  }
}
