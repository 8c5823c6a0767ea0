#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "turnpike/base/random.hpp"

namespace turnpike::test {

/// Repeatable bytes: SplitMix64 (Steele, Lea, Flood 2014), the same for one seed on every machine. Worth nothing as a
/// secret.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) noexcept : state_(seed) {}

  void fill(std::span<std::uint8_t> bytes) noexcept override {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i % 8 == 0) word = step();
      bytes[i] = static_cast<std::uint8_t>(word >> (8U * (i % 8U)) & 0xffU);
    }
  }

  [[nodiscard]] std::vector<std::uint8_t> bytes(std::size_t count) {
    std::vector<std::uint8_t> result(count);
    fill(result);
    return result;
  }

 private:
  std::uint64_t step() noexcept {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace turnpike::test
