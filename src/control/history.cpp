#include "control/history.hpp"

#include <cmath>

namespace turnpike::control {
namespace {

std::uint64_t rate(std::uint64_t before, std::uint64_t now, std::chrono::duration<double> passed) {
  if (now <= before || passed.count() <= 0) return 0;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(now - before) / passed.count()));
}

}  // namespace

void History::add(const Sample& sample, Now now) {
  const Seen before = last_.value_or(Seen{sample, now.mono});
  const std::chrono::duration<double> passed = now.mono - before.at;
  const auto per_second = [&](std::uint64_t Sample::*count) {
    return rate(before.sample.*count, sample.*count, passed);
  };
  while (!rows_.empty() && rows_.back().at >= now.wall) rows_.pop_back();
  if (rows_.size() == kCapacity) rows_.pop_front();
  rows_.push_back(
      {now.wall,
       {sample.allocations, per_second(&Sample::bytes_to_peers_ever), per_second(&Sample::bytes_to_clients_ever),
        per_second(&Sample::packets_ever), sample.rooms, sample.members}});
  last_ = Seen{sample, now.mono};
}

}  // namespace turnpike::control
