#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace turnpike::net {

/// Guesses from a socket's recent reads whether the next one will find more than one datagram. Reading a lone datagram
/// through recvmmsg costs a second, failing look at the queue, about a tenth of relaying it; reading a burst one by one
/// loses the grouping on the way out. So after a lone datagram a few reads are single, twice as many each time a look
/// for more was in vain, and the first burst ends that.
class BurstGuess {
 public:
  static constexpr std::uint8_t kMostSingleReads = 15;

  [[nodiscard]] bool expects_one() const noexcept { return single_reads_left_ != 0; }

  /// What a read of either kind found.
  void on_read(std::size_t datagrams) noexcept {
    if (!expects_one()) return on_batch_read(datagrams);
    if (datagrams == 1) on_single_read();
  }
  void on_single_read() noexcept { --single_reads_left_; }
  void on_batch_read(std::size_t datagrams) noexcept {
    if (datagrams == 0) return;
    const int longer = std::min(2 * single_reads_ + 1, int{kMostSingleReads});
    single_reads_ = datagrams == 1 ? static_cast<std::uint8_t>(longer) : std::uint8_t{0};
    single_reads_left_ = single_reads_;
  }

 private:
  std::uint8_t single_reads_ = 0;
  std::uint8_t single_reads_left_ = 0;
};

}  // namespace turnpike::net
