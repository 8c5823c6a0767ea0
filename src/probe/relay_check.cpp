#include "probe/relay_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "probe/wire.hpp"

namespace turnpike::probe {
namespace {

using client::Ending;
using stun::ErrorCode;

constexpr std::size_t kSmall = 64;
constexpr std::size_t kLarge = 1200;
constexpr unsigned kPackets = 20;
constexpr unsigned kTolerated = 2;  // of these, before loss is a fault
constexpr std::chrono::milliseconds kPace{10};
constexpr std::chrono::milliseconds kStragglers{1000};
constexpr unsigned kTries = 5;
constexpr std::uint16_t kChannel = 0x4000;

Step step_of(StepName name, Mark mark, Reason reason, std::string text) {
  return {.name = name, .mark = mark, .reason = reason, .code = {}, .took = {}, .text = std::move(text)};
}

std::string show_milliseconds(Duration duration) {
  return fmt::format("{:.1f} ms", std::chrono::duration<double, std::milli>(duration).count());
}

bool begins_with(const std::vector<std::uint8_t>& payload, ByteSpan wanted) noexcept {
  return std::ranges::equal(payload, wanted);
}

}  // namespace

RelayCheck::RelayCheck(EventLoop& loop, Sides sides, StepRecorder& steps, Random& random, Duration patience)
    : loop_(loop), first_(sides.first), second_(sides.second), steps_(steps), random_(random), patience_(patience) {}

void RelayCheck::run(bool udp_passes) {
  const Permission permission = permit();
  if (permission.reaches_us) {
    from_outside(udp_passes);
  } else {
    steps_.end(step_of(StepName::outside, Mark::skipped, Reason::peer_refused, "not permitted"));
  }
  if (!permission.reaches_second) return;
  between();
}

RelayCheck::Permission RelayCheck::permit() {
  const Endpoint own = first_.session().allocation()->relayed.front();
  const Endpoint us = steps_.facts().mapped.value_or(Endpoint{});
  Permission permission;
  std::string refusal;
  Step step = step_of(StepName::permission, Mark::ok, Reason::none, "");
  if (us.address.family() == own.address.family()) {
    const auto outcome = first_.permit({&us, 1});
    permission.reaches_us = outcome.ending == Ending::success;
    if (!permission.reaches_us) {
      step.mark = Mark::warning;
      step.reason = Reason::peer_refused;
      step.code = outcome.code;
      refusal = fmt::format("the server refuses {} as a peer", us.address.to_string());
    }
  }
  if (second_ == nullptr) {
    step.mark = Mark::warning;
    step.reason = Reason::second_refused;
    step.text = refusal.empty() ? "" : refusal + "; ";
    step.text += "it gives this user no second allocation, so nothing can be sent from one to the other";
    steps_.end(std::move(step));
    return permission;
  }
  const Endpoint other = second_->session().allocation()->relayed.front();
  const auto there = first_.permit({&other, 1});
  const auto back = second_->permit({&own, 1});
  permission.reaches_second = there.ending == Ending::success && back.ending == Ending::success;
  if (!permission.reaches_second) {
    const auto& refused = there.ending == Ending::success ? back : there;
    step.mark = Mark::failed;
    step.reason = refused.code == ErrorCode::forbidden ? Reason::peer_refused : Reason::error;
    step.code = refused.code;
    step.text = fmt::format("the server refuses its own relayed address {} as a peer", other.address.to_string());
  } else {
    step.text = refusal.empty() ? fmt::format("to {} and to a second allocation", us.address.to_string()) : refusal;
  }
  steps_.end(std::move(step));
  return permission;
}

void RelayCheck::from_outside(bool udp_passes) {
  const Endpoint relayed = first_.session().allocation()->relayed.front();
  const auto payload = make_payload(kSmall, 0);
  const auto wire = open_wire(loop_, Transport::udp, relayed, {});
  bool is_back = false;
  wire->on_message = [&](ByteSpan bytes) { is_back = is_back || begins_with(payload, bytes); };
  first_.arrivals().clear();
  const auto arrived = [&] {
    return std::ranges::any_of(first_.arrivals(), [&](const auto& one) { return begins_with(one.payload, payload); });
  };
  for (unsigned i = 0; i < kTries && !arrived(); ++i) {
    wire->send(payload);
    loop_.run_until(loop_.now() + patience_ / kTries, arrived);
  }
  const bool has_come = arrived();
  for (unsigned i = 0; i < kTries && has_come && !is_back; ++i) {
    first_.send(first_.arrivals().front().peer, payload);
    loop_.run_until(loop_.now() + patience_ / kTries, [&] { return is_back; });
  }
  wire->close();
  if (is_back) {
    return steps_.end(step_of(StepName::outside, Mark::ok, Reason::none,
                              fmt::format("a datagram to {} came through, and the answer to it", relayed.to_string())));
  }
  const std::string text =
      has_come ? fmt::format("a datagram to {} came through, the answer to it did not", relayed.to_string())
               : fmt::format("five datagrams to {} did not come through", relayed.to_string());
  if (udp_passes) return steps_.end(step_of(StepName::outside, Mark::failed, Reason::lost, text));
  steps_.end(step_of(StepName::outside, Mark::warning, Reason::own_network,
                     text + "; it may be this network that lets no UDP out"));
}

bool RelayCheck::deliver(Dialogue& from, Dialogue& to, const Endpoint& peer) {
  const auto payload = make_payload(kSmall, 0);
  to.arrivals().clear();
  const auto arrived = [&] {
    return std::ranges::any_of(to.arrivals(), [&](const auto& one) { return begins_with(one.payload, payload); });
  };
  for (unsigned i = 0; i < kTries && !arrived(); ++i) {
    from.send(peer, payload);
    loop_.run_until(loop_.now() + patience_ / kTries, arrived);
  }
  return arrived();
}

void RelayCheck::between() {
  const Endpoint one = first_.session().allocation()->relayed.front();
  const Endpoint other = second_->session().allocation()->relayed.front();
  const auto round_trip = [&] { return deliver(first_, *second_, other) && deliver(*second_, first_, one); };
  steps_.begin();
  if (!round_trip()) {
    return steps_.end(step_of(StepName::relay, Mark::failed, Reason::lost,
                              fmt::format("nothing from {} to {} and back", one.to_string(), other.to_string())));
  }
  const bool has_channels = first_.bind_channel(kChannel, other).ending == Ending::success &&
                            second_->bind_channel(kChannel, one).ending == Ending::success;
  if (!has_channels || !round_trip()) {
    return steps_.end(step_of(StepName::relay, Mark::failed, Reason::lost,
                              has_channels ? "by indication there and back, by channel not" : "no channel to be had"));
  }
  steps_.end(
      step_of(StepName::relay, Mark::ok, Reason::none,
              fmt::format("{} to {} and back, by indication and by channel", one.to_string(), other.to_string())));
  many_packets();
}

void RelayCheck::many_packets() {
  Facts& facts = steps_.facts();
  facts.small = count_echoes(kSmall, kPackets);
  facts.large = count_echoes(kLarge, kPackets);
  Step step =
      step_of(StepName::many_packets, Mark::ok, Reason::none,
              fmt::format("{} of {} of {} bytes came back, {} of {} of {} bytes{}", facts.small.returned,
                          facts.small.sent, kSmall, facts.large.returned, facts.large.sent, kLarge,
                          facts.small.median ? ", " + show_milliseconds(*facts.small.median) + " there and back" : ""));
  const unsigned lost_small = facts.small.sent - facts.small.returned;
  const unsigned lost_large = facts.large.sent - facts.large.returned;
  if (facts.large.returned == 0 && facts.small.returned > 0) {
    step.mark = Mark::failed;
    step.reason = Reason::large_lost;
  } else if (lost_small + lost_large > 0) {
    step.mark = std::max(lost_small, lost_large) > kTolerated ? Mark::failed : Mark::warning;
    step.reason = Reason::partly_lost;
  }
  steps_.end(std::move(step));
}

void RelayCheck::send_back() {
  const Endpoint one = first_.session().allocation()->relayed.front();
  for (const auto& arrival : second_->arrivals()) second_->send(one, arrival.payload);
  second_->arrivals().clear();
}

EchoCount RelayCheck::count_echoes(std::size_t size, unsigned count) {
  const Endpoint other = second_->session().allocation()->relayed.front();
  first_.arrivals().clear();
  second_->arrivals().clear();
  std::vector<std::vector<std::uint8_t>> payloads;
  std::vector<Instant> sent;
  for (unsigned i = 0; i < count; ++i) {
    payloads.push_back(make_payload(size, i + 1));
    sent.push_back(loop_.now());
    first_.send(other, payloads.back());
    loop_.run_until(sent.back() + kPace, [&] {
      send_back();
      return false;
    });
  }
  loop_.run_until(loop_.now() + std::min<Duration>(kStragglers, patience_), [&] {
    send_back();
    return first_.arrivals().size() >= count;
  });
  EchoCount echoes{.sent = count, .returned = 0, .median = {}};
  std::vector<Duration> trips;
  for (unsigned i = 0; i < count; ++i) {
    const auto found = std::ranges::find(first_.arrivals(), payloads[i], &Dialogue::Arrival::payload);
    if (found != first_.arrivals().end()) trips.push_back(found->at - sent[i]);
  }
  echoes.returned = static_cast<unsigned>(trips.size());
  std::ranges::sort(trips);
  if (!trips.empty()) echoes.median = trips[trips.size() / 2];
  return echoes;
}

std::vector<std::uint8_t> RelayCheck::make_payload(std::size_t size, std::uint32_t number) {
  std::vector<std::uint8_t> payload(size);
  random_.fill(payload);
  // Nothing that a relay or a peer could take for STUN, DTLS or a channel (RFC 7983).
  payload[0] = 0xff;
  store_be<std::uint32_t>(std::span{payload}.subspan<4, 4>(), number);
  return payload;
}

}  // namespace turnpike::probe
