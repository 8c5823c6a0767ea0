#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

namespace turnpike {

/// The only source of randomness. Production: SystemRandom (OpenSSL). Tests: a seeded one. Not shared between threads.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void fill(std::span<std::uint8_t> bytes) noexcept = 0;

  [[nodiscard]] std::uint64_t next_u64() noexcept {
    std::array<std::uint8_t, 8> bytes{};
    fill(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
  }
  /// Uniform in [0, bound) up to a bias below bound / 2^64; bound must not be 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) noexcept { return next_u64() % bound; }
};

}  // namespace turnpike
