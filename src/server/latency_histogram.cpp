#include "server/latency_histogram.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace turnpike::server {

void LatencyHistogram::record(Duration latency) noexcept {
  latency = std::max(latency, Duration::zero());
  const auto bound = std::ranges::find_if(
      kBoundsMicroseconds, [&](std::int64_t upper) { return latency <= std::chrono::microseconds{upper}; });
  ++counts_[static_cast<std::size_t>(bound - kBoundsMicroseconds.begin())];
  sum_ += latency;
}

std::uint64_t LatencyHistogram::total() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  sum_ += other.sum_;
  return *this;
}

}  // namespace turnpike::server
