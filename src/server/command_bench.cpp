#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <ostream>

#include "server/clock.hpp"
#include "server/command_check_targets.hpp"
#include "server/command_table.hpp"
#include "server/config_values.hpp"
#include "server/doctor.hpp"
#include "server/printable_text.hpp"
#include "turnpike/probe/load.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr double kMicrosecond = 1000.0;  // in ns
constexpr double kPercent = 100.0;

/// Ends a load early when the program is told to end, so that it can give its allocations back.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  [[nodiscard]] bool has_come() {
    const timespec at_once{};
    was_told_ = was_told_ || sigtimedwait(&signals_, nullptr, &at_once) > 0;
    return was_told_;
  }

 private:
  sigset_t signals_{};
  sigset_t before_{};
  bool was_told_ = false;
};

double read_number(const cxxopts::ParseResult& parsed, const std::string& name, double least, double most) {
  const double value = parsed[name].as<double>();
  if (value >= least && value <= most) return value;
  throw WrongCall{fmt::format("--{}: must be {} to {}", name, least, most)};
}

double read_seconds(const cxxopts::ParseResult& parsed, const std::string& name) {
  const auto duration = parse_duration(parsed[name].as<std::string>());
  if (!duration) throw WrongCall{fmt::format("--{}: {}", name, escape_line(duration.error().message))};
  // Nothing is refreshed meanwhile, and channels last ten minutes.
  if (*duration > std::chrono::minutes{4}) throw WrongCall{fmt::format("--{}: must be 4m at most", name)};
  return std::chrono::duration<double>(*duration).count();
}

/// What the options say; the server is not in it yet.
probe::LoadPlan read_plan(const cxxopts::ParseResult& parsed) {
  probe::LoadPlan plan;
  plan.allocations = static_cast<std::size_t>(read_number(parsed, "allocations", 1, 10'000));
  plan.load.packets_per_second = read_number(parsed, "rate", 1, 1e7);
  plan.load.payload = static_cast<std::size_t>(read_number(parsed, "size", 32, 1400));
  plan.load.burst = static_cast<std::size_t>(read_number(parsed, "burst", 1, 64));
  plan.load.seconds = read_seconds(parsed, "duration");
  if (plan.load.seconds <= 0) throw WrongCall{"--duration: must be more than nothing"};
  plan.warmup = read_seconds(parsed, "warmup");
  if (parsed.count("pid") != 0) plan.pid = static_cast<int>(read_number(parsed, "pid", 1, 1 << 30));
  return plan;
}

/// Nothing when it has no address that can be loaded; that has been said then.
std::optional<Endpoint> find_server(const probe::ServerUri& uri, CommandWorld& world) {
  const auto transports = uri.transports();
  if (std::ranges::find(transports, probe::Transport::udp) == transports.end()) {
    throw WrongCall{"bench loads servers over UDP alone; name one as turn:HOST or turn:HOST:PORT"};
  }
  const auto addresses = resolve_name(world.machine(), uri.host);
  const auto v4 = std::ranges::find_if(addresses, &IpAddress::is_v4);
  if (v4 != addresses.end()) return Endpoint{*v4, uri.port};
  world.err << fmt::format("turnpike: {} has no IPv4 address\n", escape_printable(uri.host));
  return std::nullopt;
}

json::object to_json(const probe::LoadPlan& plan, probe::LoadOutcome& outcome) {
  probe::Tally& tally = outcome.tally;
  json::object whole{{"allocations", plan.allocations},
                     {"size", plan.load.payload},
                     {"sent", tally.sent},
                     {"received", tally.received},
                     {"refused", tally.refused},
                     {"loss", tally.loss()},
                     {"packetsPerSecond", static_cast<double>(tally.received) / std::max(tally.seconds, 1e-9)},
                     {"seconds", tally.seconds},
                     {"stopped", tally.is_stopped}};
  whole["latencyMicroseconds"] = json::object{{"p50", tally.percentile_us(0.5)},
                                              {"p90", tally.percentile_us(0.9)},
                                              {"p99", tally.percentile_us(0.99)},
                                              {"p999", tally.percentile_us(0.999)},
                                              {"max", tally.percentile_us(1)}};
  if (outcome.used && tally.received > 0) {
    whole["cpuMicrosecondsPerPacket"] =
        static_cast<double>(outcome.used->scheduled_ns) / kMicrosecond / static_cast<double>(tally.received);
  }
  return whole;
}

void print_text(const json::object& whole, std::ostream& out) {
  const auto number = [](const json::object& from, const char* name) { return from.at(name).to_number<double>(); };
  const json::object& latency = whole.at("latencyMicroseconds").as_object();
  out << fmt::format("packets    {:.0f} sent, {:.0f} came through, {:.0f} a second\n", number(whole, "sent"),
                     number(whole, "received"), number(whole, "packetsPerSecond"));
  out << fmt::format("loss       {:.3f} %\n", number(whole, "loss") * kPercent);
  out << fmt::format("latency    {:.0f} us median, {:.0f} us 99 %, {:.0f} us 99.9 %, {:.0f} us at most\n",
                     number(latency, "p50"), number(latency, "p99"), number(latency, "p999"), number(latency, "max"));
  if (whole.contains("cpuMicrosecondsPerPacket")) {
    out << fmt::format("processor  {:.2f} us for each packet, of the server\n",
                       number(whole, "cpuMicrosecondsPerPacket"));
  }
  if (number(whole, "refused") > 0) {
    out << fmt::format("refused    {:.0f} packets by this machine's own network: it is the limit, not the server\n",
                       number(whole, "refused"));
  }
}

}  // namespace

cxxopts::Options bench_options() {
  cxxopts::Options options(
      "turnpike bench",
      "Loads a TURN server over UDP and IPv4: allocations, each with a channel to a socket of this machine, and "
      "packets\n"
      "in both directions. Prints rate, loss and latency, and with --pid the server's processor time for each packet.\n"
      "The server must take this machine's address as a peer (relay.peers.allow), and no NAT may be between. Load "
      "only\n"
      "servers that are yours. Exit code 1 when it fails or loses more than --max-loss.\n");
  add_target_options(options);
  const auto text = [](const char* otherwise) { return cxxopts::value<std::string>()->default_value(otherwise); };
  const auto number = [](const char* otherwise) { return cxxopts::value<double>()->default_value(otherwise); };
  auto add = options.add_options();
  add("allocations", "how many", number("100"), "N");
  add("rate", "packets a second, both directions together", number("10000"), "N");
  add("size", "bytes of each packet, 32 to 1400", number("1100"), "BYTES");
  add("burst", "packets sent back to back, 1 to 64", number("1"), "N");
  add("duration", "how long to measure", text("10s"), "DURATION");
  add("warmup", "how long to send before that", text("1s"), "DURATION");
  add("pid", "the server's process, when it runs here", cxxopts::value<double>(), "PID");
  add("max-loss", "fail above this loss, in percent", cxxopts::value<double>(), "PERCENT");
  add("json", "print one JSON object");
  add("uri", "", cxxopts::value<std::vector<std::string>>(), "URI");
  add("h,help", "this text");
  options.parse_positional({"uri"});
  options.positional_help("turn:HOST[:PORT]");
  return options;
}

ExitCode run_bench(const cxxopts::ParseResult& parsed, CommandWorld& world) {
  probe::LoadPlan plan = read_plan(parsed);
  const double max_loss = parsed.count("max-loss") != 0 ? read_number(parsed, "max-loss", 0, kPercent) : kPercent;
  const CheckTrust trust{.trusted_pem = "", .is_insecure = false, .patience = Seconds{5}};
  const auto targets = find_targets(
      parsed, trust, [] { return sample_now().mono; }, world);
  if (!targets) return ExitCode::failed;
  if (targets->targets.size() != 1) throw WrongCall{"bench takes one URI"};
  const CheckTarget& target = targets->targets.front();
  if (target.username.empty()) throw WrongCall{"bench needs --user and --password, or --secret"};
  const auto server = find_server(target.uri, world);
  if (!server) return ExitCode::failed;
  plan.session.server = *server;
  plan.session.username = target.username;
  plan.session.password = target.password;
  StopSignals signals;
  plan.is_stopped = [&signals] { return signals.has_come(); };
  auto outcome = probe::run_load(plan, world.random);
  if (!outcome) {
    world.err << fmt::format("turnpike: {}\n", escape_line(outcome.error().message));
    return ExitCode::failed;
  }
  const json::object whole = to_json(plan, *outcome);
  if (parsed.count("json") != 0) {
    world.out << json::serialize(whole) << '\n';
  } else {
    print_text(whole, world.out);
  }
  const bool is_lossy = outcome->tally.loss() * kPercent > max_loss;
  if (is_lossy) world.err << fmt::format("turnpike: more than {} % were lost\n", max_loss);
  return is_lossy || outcome->tally.is_stopped ? ExitCode::failed : ExitCode::done;
}

}  // namespace turnpike::server
