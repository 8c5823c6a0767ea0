#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "turnpike/net/send_batch.hpp"

namespace turnpike::net {

/// Position of a datagram in the batch.
using SendIndex = std::uint16_t;
static_assert(SendBatch::kCapacity <= 0xffff);

/// Datagrams that leave as one message: one datagram, or equal-sized ones of one flow, the last possibly shorter.
struct SendRun {
  SendIndex first = 0;
  SendIndex last = 0;
  std::uint16_t count = 0;
  bool open = false;          ///< may still grow
  std::uint32_t segment = 0;  ///< payload bytes of all but possibly the last
  std::uint32_t bytes = 0;    ///< payload bytes of all
};

/// Forms runs from the datagrams of one socket. Order within a flow (destination and source address) is kept, between
/// flows it is not. A pure computation, and of constant time per datagram: the latest run of a flow is found through a
/// small table in which a colliding flow takes over the place; the one pushed out only loses the chance to grow.
class SendRuns {
 public:
  /// linux/udp.h has had UDP_MAX_SEGMENTS at 64 or more since 4.18; IP's own limit is 65,535 with headers.
  static constexpr std::uint16_t kMaxSegments = 64;
  static constexpr std::uint32_t kMaxBytes = 60000;

  /// Forgets all runs. Datagrams larger than `segment_limit` stay single.
  void start(std::uint32_t segment_limit) noexcept;
  /// `index` is `datagram`'s position in the batch, each at most once and in order.
  void add(SendIndex index, const OutgoingDatagram& datagram, std::span<const OutgoingDatagram> batch) noexcept;

  [[nodiscard]] std::span<const SendRun> runs() const noexcept { return std::span(runs_).first(run_count_); }
  /// The datagram after `index` in its run; only valid when `index` is not its last.
  [[nodiscard]] SendIndex after(SendIndex index) const noexcept { return next_[index]; }

 private:
  static constexpr std::size_t kTableSize = 256;

  [[nodiscard]] static bool may_grow(const OutgoingDatagram& datagram, std::uint32_t segment_limit) noexcept;
  [[nodiscard]] static bool fits(const SendRun& run, std::size_t size) noexcept;

  std::array<SendRun, SendBatch::kCapacity> runs_{};
  std::array<SendIndex, SendBatch::kCapacity> next_{};
  std::array<std::uint16_t, kTableSize> latest_{};  // flow hash -> run, checked before it is believed, so never cleared
  std::size_t run_count_ = 0;
  std::uint32_t segment_limit_ = 0;
};

}  // namespace turnpike::net
