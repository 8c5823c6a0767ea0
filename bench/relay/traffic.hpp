#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "relayed_pair.hpp"

namespace turnpike::bench {

struct Load {
  std::size_t payload = 1100;          ///< bytes behind the ChannelData header, 32 to 1400
  double packets_per_second = 40'000;  ///< both directions together
  std::size_t burst = 1;               ///< packets that one flow sends back to back, 1 to 64
  double seconds = 5;
};

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t refused = 0;  ///< the generator's own kernel took no more
  double seconds = 0;
  std::vector<std::uint32_t> latencies_ns;

  [[nodiscard]] double loss() const noexcept {
    return sent == 0 ? 0 : 1.0 - static_cast<double>(received) / static_cast<double>(sent);
  }
  /// `fraction` 0 to 1. Sorts on the first call.
  [[nodiscard]] double percentile_us(double fraction);
};

/// Sends over all pairs in turn, every other burst the other way, and counts what comes out at the far end.
class Traffic {
 public:
  explicit Traffic(std::span<const RelayedPair> pairs);
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// Runs the load, then waits for stragglers until it is quiet. Packets of an earlier run count for nothing.
  [[nodiscard]] Tally run(const Load& load);

 private:
  static constexpr std::size_t kMaxBurst = 64;
  static constexpr std::size_t kBufferSize = 2048;

  void send_burst(const Load& load, std::uint64_t number, Tally& tally);
  /// Takes what has arrived, after waiting for at most `nanoseconds`. Gives how many packets that was.
  std::size_t receive(std::int64_t nanoseconds, const Load& load, Tally& tally);
  std::size_t receive_from(std::uint32_t flow, const Load& load, Tally& tally);
  void count(ByteSpan payload, const Load& load, std::int64_t now, Tally& tally) const;

  std::span<const RelayedPair> pairs_;
  int epoll_ = -1;
  std::uint64_t run_ = 0;
  std::array<std::array<std::uint8_t, kBufferSize>, kMaxBurst> outgoing_{};
  std::array<std::array<std::uint8_t, kBufferSize>, kMaxBurst> incoming_{};
};

}  // namespace turnpike::bench
