#include "net/send_runs.hpp"

#include <cstring>

namespace turnpike::net {

namespace {

/// Spreads addresses and ports over the table; an adversary who makes flows collide merely gets more system calls.
[[nodiscard]] std::size_t hash_flow(const OutgoingDatagram& datagram) noexcept {
  std::uint32_t tail = 0;
  const std::span<const std::uint8_t> address = datagram.to.address.bytes();
  std::memcpy(&tail, address.data() + address.size() - sizeof(tail), sizeof(tail));
  return ((tail ^ (std::uint32_t{datagram.to.port} << 16U) ^ datagram.to.port) * 0x9e3779b1U) >> 24U;
}

[[nodiscard]] bool same_flow(const OutgoingDatagram& a, const OutgoingDatagram& b) noexcept {
  return a.to == b.to && a.source == b.source;
}

}  // namespace

void SendRuns::start(std::uint32_t segment_limit) noexcept {
  run_count_ = 0;
  segment_limit_ = segment_limit;
}

/// A segment needs a byte, and DF is a matter of the whole message.
bool SendRuns::may_grow(const OutgoingDatagram& datagram, std::uint32_t segment_limit) noexcept {
  return !datagram.payload.empty() && datagram.payload.size() <= segment_limit && !datagram.dont_fragment;
}

bool SendRuns::fits(const SendRun& run, std::size_t size) noexcept {
  return run.open && size <= run.segment && run.bytes + size <= kMaxBytes && run.count < kMaxSegments;
}

void SendRuns::add(SendIndex index, const OutgoingDatagram& datagram,
                   std::span<const OutgoingDatagram> batch) noexcept {
  const auto size = static_cast<std::uint32_t>(datagram.payload.size());
  const bool growable = may_grow(datagram, segment_limit_);
  if (segment_limit_ != 0) {
    // Also for what stays single: it must end the run of its flow, or a later datagram would overtake it.
    std::uint16_t& latest = latest_[hash_flow(datagram)];
    if (growable && latest < run_count_) {
      SendRun& run = runs_[latest];
      if (fits(run, size) && same_flow(batch[run.first], datagram)) {
        next_[run.last] = index;
        run.last = index;
        run.bytes += size;
        ++run.count;
        run.open = size == run.segment;
        return;
      }
    }
    latest = static_cast<std::uint16_t>(run_count_);
  }
  runs_[run_count_++] = {.first = index, .last = index, .count = 1, .open = growable, .segment = size, .bytes = size};
}

}  // namespace turnpike::net
