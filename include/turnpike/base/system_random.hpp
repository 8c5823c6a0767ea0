#pragma once

#include "turnpike/base/random.hpp"

namespace turnpike {

/// OpenSSL's generator. Aborts when the operating system gives no entropy: predictable secrets are worse than none.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) noexcept override;
};

}  // namespace turnpike
