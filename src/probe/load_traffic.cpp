#include "probe/load_traffic.hpp"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <system_error>

#include "turnpike/stun/framing.hpp"

namespace turnpike::probe {
namespace {

constexpr std::uint64_t kMark = 0x7475726e70696b65;  // in front of each payload, then the run and the time of sending
constexpr std::int64_t kQuiet = 200'000'000;         // ns without a packet that end a run
constexpr int kMaxEvents = 256;
constexpr std::uint64_t kBurstsBetweenQuestions = 16;
constexpr std::size_t kMostReserved = 20'000'000;

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// A flow is one direction of one pair: even numbers go from the client to the peer, odd ones back.
constexpr bool goes_to_peer(std::uint64_t flow) { return flow % 2 == 0; }

void write_payload(MutableByteSpan out, std::uint64_t run, std::int64_t now) {
  store_be(out.subspan<0, 8>(), kMark);
  store_be(out.subspan<8, 8>(), run);
  store_be(out.subspan<16, 8>(), static_cast<std::uint64_t>(now));
}

}  // namespace

double Tally::percentile_us(double fraction) {
  if (latencies_ns.empty()) return 0;
  if (!std::is_sorted(latencies_ns.begin(), latencies_ns.end())) std::sort(latencies_ns.begin(), latencies_ns.end());
  const auto last = static_cast<double>(latencies_ns.size() - 1);
  return latencies_ns[static_cast<std::size_t>(std::lround(fraction * last))] / 1000.0;
}

LoadTraffic::LoadTraffic(std::span<const LoadPair> pairs) : pairs_(pairs), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  ::prctl(PR_SET_TIMERSLACK, 1000UL);  // ns; the default of 50 us would make bursts of an even load
  for (std::uint32_t flow = 0; flow < 2 * pairs_.size(); ++flow) {
    const LoadPair& pair = pairs_[flow / 2];
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = flow;
    const int receiver = goes_to_peer(flow) ? pair.peer().fd() : pair.client().fd();
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, receiver, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }
}

LoadTraffic::~LoadTraffic() { ::close(epoll_); }

Tally LoadTraffic::run(const Load& load, const std::function<bool()>& is_stopped) {
  ++run_;
  Tally tally;
  const auto expected = static_cast<std::size_t>(load.packets_per_second * load.seconds * 1.1) + kMaxBurst;
  tally.latencies_ns.reserve(std::min(expected, kMostReserved));
  const double interval = 1e9 * static_cast<double>(load.burst) / load.packets_per_second;
  const auto bursts = static_cast<std::uint64_t>(load.seconds * 1e9 / interval);
  const std::int64_t start = now_ns();
  for (std::uint64_t i = 0; i < bursts && !tally.is_stopped; ++i) {
    const std::int64_t due = start + static_cast<std::int64_t>(static_cast<double>(i) * interval);
    // At least once, also when sending is late: a generator that does not read drops packets by itself.
    do receive(std::max<std::int64_t>(due - now_ns(), 0), load, tally);
    while (now_ns() < due);
    send_burst(load, i, tally);
    tally.is_stopped = i % kBurstsBetweenQuestions == 0 && is_stopped();
  }
  tally.seconds = static_cast<double>(now_ns() - start) / 1e9;
  while (receive(kQuiet, load, tally) > 0) {
  }
  return tally;
}

void LoadTraffic::send_burst(const Load& load, std::uint64_t number, Tally& tally) {
  const std::uint64_t flow = number % (2 * pairs_.size());
  const LoadPair& pair = pairs_[flow / 2];
  const std::size_t header = goes_to_peer(flow) ? stun::kChannelDataHeaderSize : 0;
  std::array<iovec, kMaxBurst> parts{};
  std::array<mmsghdr, kMaxBurst> messages{};
  for (std::size_t i = 0; i < load.burst; ++i) {
    const MutableByteSpan out{outgoing_[i].data(), header + load.payload};
    if (header != 0) {
      stun::write_channel_data_header(out.first<stun::kChannelDataHeaderSize>(), LoadPair::kChannel,
                                      static_cast<std::uint16_t>(load.payload));
    }
    write_payload(out.subspan(header), run_, now_ns());
    parts[i] = {out.data(), out.size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int sender = goes_to_peer(flow) ? pair.client().fd() : pair.peer().fd();
  const int sent = ::sendmmsg(sender, messages.data(), static_cast<unsigned>(load.burst), MSG_DONTWAIT);
  const auto taken = static_cast<std::uint64_t>(std::max(sent, 0));
  tally.sent += taken;
  tally.refused += load.burst - taken;
}

std::size_t LoadTraffic::receive(std::int64_t nanoseconds, const Load& load, Tally& tally) {
  std::array<epoll_event, kMaxEvents> events{};
  const timespec patience{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  const int ready = ::epoll_pwait2(epoll_, events.data(), kMaxEvents, &patience, nullptr);
  std::size_t total = 0;
  for (int i = 0; i < ready; ++i) total += receive_from(events[static_cast<std::size_t>(i)].data.u32, load, tally);
  return total;
}

std::size_t LoadTraffic::receive_from(std::uint32_t flow, const Load& load, Tally& tally) {
  constexpr std::size_t kBatch = 32;
  const LoadPair& pair = pairs_[flow / 2];
  std::array<iovec, kBatch> parts{};
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    parts[i] = {incoming_[i].data(), incoming_[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int receiver = goes_to_peer(flow) ? pair.peer().fd() : pair.client().fd();
  const int got = ::recvmmsg(receiver, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  const std::int64_t now = now_ns();
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(got, 0)); ++i) {
    const ByteSpan datagram{incoming_[i].data(), messages[i].msg_len};
    if (goes_to_peer(flow)) {
      count(datagram, load, now, tally);
    } else if (const auto framed = stun::parse_channel_data(datagram);
               framed && framed->channel == LoadPair::kChannel) {
      count(framed->payload, load, now, tally);
    }
  }
  return static_cast<std::size_t>(std::max(got, 0));
}

void LoadTraffic::count(ByteSpan payload, const Load& load, std::int64_t now, Tally& tally) const {
  if (payload.size() != load.payload || load_be<std::uint64_t>(payload.subspan<0, 8>()) != kMark) return;
  if (load_be<std::uint64_t>(payload.subspan<8, 8>()) != run_) return;
  const auto sent_at = static_cast<std::int64_t>(load_be<std::uint64_t>(payload.subspan<16, 8>()));
  ++tally.received;
  tally.latencies_ns.push_back(static_cast<std::uint32_t>(std::clamp<std::int64_t>(now - sent_at, 0, UINT32_MAX)));
}

}  // namespace turnpike::probe
