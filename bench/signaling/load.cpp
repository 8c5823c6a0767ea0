#include "load.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace turnpike::bench {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kTick = kSecond / 2000;
constexpr std::int64_t kQuiet = kSecond / 2;  // without a delivery, then the run is over

std::int64_t clock_now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::string user_name(std::size_t member) { return "member-" + std::to_string(member); }

MemberPlace place_of(const Arguments& arguments, std::size_t number) {
  const std::size_t room = number / arguments.members;
  const auto source = static_cast<std::uint32_t>(0x7f000101U + room % arguments.addresses);  // 127.0.1.1
  return {.server = arguments.server,
          .source = boost::asio::ip::address_v4(source),
          .host = arguments.host,
          .path = arguments.path,
          .room = "load-" + std::to_string(::getpid()) + "-" + std::to_string(room),
          .user = user_name(number % arguments.members)};
}

}  // namespace

double Tally::percentile_ms(double fraction) {
  if (latencies_us.empty()) return 0;
  if (!std::ranges::is_sorted(latencies_us)) std::ranges::sort(latencies_us);
  const auto last = static_cast<double>(latencies_us.size() - 1);
  return latencies_us[static_cast<std::size_t>(std::ceil(last * fraction))] / 1000.0;
}

Load::Load(const Arguments& arguments) : arguments_(arguments), buffer_(65'536), padding_(arguments.padding, 'x') {
  const std::size_t count = arguments.rooms * arguments.members;
  members_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    members_.push_back(std::make_unique<RoomMember>(loop_, *this, buffer_, place_of(arguments_, i)));
  }
}

void Load::connect() {
  constexpr int kMostStalled = 100;  // ten seconds
  start_more();
  for (int stalled = 0; joined_ < members_.size(); ++stalled) {
    const std::size_t before = joined_;
    poll_for(kSecond / 10);
    if (tally_.lost + tally_.errors > 0) throw std::runtime_error("not everybody got in: " + last_fault_);
    if (joined_ != before) stalled = 0;
    if (stalled == kMostStalled) throw std::runtime_error("the server lets nobody in any more");
  }
}

void Load::start_more() {
  while (started_ < members_.size() && started_ - joined_ < arguments_.connecting) members_[started_++]->start();
}

void Load::rest(double seconds) { poll_for(static_cast<std::int64_t>(seconds * kSecond)); }

void Load::poll_for(std::int64_t nanoseconds) {
  const std::int64_t end = clock_now() + nanoseconds;
  for (std::int64_t left = nanoseconds; left > 0; left = end - clock_now()) {
    if (loop_.stopped()) loop_.restart();
    loop_.run_one_for(std::chrono::nanoseconds{left});
    loop_.poll();
  }
}

Tally Load::run(double seconds) {
  tally_ = {};
  const auto senders = static_cast<double>(arguments_.is_per_member ? members_.size() : arguments_.rooms);
  const double per_second = arguments_.rate * senders;
  tally_.latencies_us.reserve(static_cast<std::size_t>(per_second * seconds) * arguments_.receivers());
  run_start_ = clock_now();
  const auto end = run_start_ + static_cast<std::int64_t>(seconds * kSecond);
  for (std::int64_t now = run_start_; now < end; now = clock_now()) {
    const double due = static_cast<double>(now - run_start_) / kSecond * per_second;
    send_due(run_start_, per_second, static_cast<std::uint64_t>(due));
    poll_for(kTick);
  }
  tally_.seconds = static_cast<double>(clock_now() - run_start_) / kSecond;
  for (std::uint64_t before = ~std::uint64_t{0}; before != tally_.delivered;) {
    before = tally_.delivered;
    poll_for(kQuiet);
  }
  return std::move(tally_);
}

void Load::send_due(std::int64_t start, double per_second, std::uint64_t until) {
  while (tally_.sent < until) {
    // Stamped with when it should be sent, so that a generator that is late does not make the server look good.
    const auto stamp = start + static_cast<std::int64_t>(static_cast<double>(tally_.sent) / per_second * kSecond);
    tally_.late_ns = std::max(tally_.late_ns, clock_now() - stamp);
    const std::uint64_t room = tally_.sent % arguments_.rooms;
    const std::uint64_t speaker = tally_.sent / arguments_.rooms % arguments_.members;
    const std::string target = arguments_.is_to_one ? user_name((speaker + 1) % arguments_.members) : "";
    members_[room * arguments_.members + speaker]->signal(stamp, padding_, target);
    ++tally_.sent;
    if (tally_.sent % 16 == 0) loop_.poll();
  }
}

void Load::on_joined() {
  ++joined_;
  start_more();
}

void Load::on_signal(std::int64_t stamp) {
  if (stamp < run_start_) return;  // of an earlier run
  ++tally_.delivered;
  const std::int64_t microseconds = (clock_now() - stamp) / 1000;
  tally_.latencies_us.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(microseconds, 0, UINT32_MAX)));
}

void Load::on_error(std::string_view words) {
  ++tally_.errors;
  last_fault_ = words;
}

void Load::on_lost(std::string_view why) {
  ++tally_.lost;
  last_fault_ = why;
  std::fprintf(stderr, "signaling_load: a connection is lost: %s\n", last_fault_.c_str());
}

}  // namespace turnpike::bench
