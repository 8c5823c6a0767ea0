#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>

#include "probe/load_pair.hpp"
#include "turnpike/probe/load.hpp"

namespace turnpike::probe {

/// Sends over all pairs in turn, every other burst the other way, and counts what comes out at the far end.
class LoadTraffic {
 public:
  explicit LoadTraffic(std::span<const LoadPair> pairs);
  ~LoadTraffic();
  LoadTraffic(const LoadTraffic&) = delete;
  LoadTraffic& operator=(const LoadTraffic&) = delete;

  /// Runs the load, then waits for stragglers until it is quiet. Packets of an earlier run count for nothing.
  [[nodiscard]] Tally run(const Load& load, const std::function<bool()>& is_stopped);

 private:
  static constexpr std::size_t kMaxBurst = 64;
  static constexpr std::size_t kBufferSize = 2048;

  void send_burst(const Load& load, std::uint64_t number, Tally& tally);
  /// Takes what has arrived, after waiting for at most `nanoseconds`. Gives how many packets that was.
  std::size_t receive(std::int64_t nanoseconds, const Load& load, Tally& tally);
  std::size_t receive_from(std::uint32_t flow, const Load& load, Tally& tally);
  void count(ByteSpan payload, const Load& load, std::int64_t now, Tally& tally) const;

  std::span<const LoadPair> pairs_;
  int epoll_ = -1;
  std::uint64_t run_ = 0;
  std::array<std::array<std::uint8_t, kBufferSize>, kMaxBurst> outgoing_{};
  std::array<std::array<std::uint8_t, kBufferSize>, kMaxBurst> incoming_{};
};

}  // namespace turnpike::probe
