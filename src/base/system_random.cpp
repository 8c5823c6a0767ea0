#include "turnpike/base/system_random.hpp"

#include <openssl/rand.h>

#include <algorithm>

#include "turnpike/base/check.hpp"

namespace turnpike {

void SystemRandom::fill(std::span<std::uint8_t> bytes) noexcept {
  // RAND_bytes counts in int.
  constexpr std::size_t kChunk = std::size_t{1} << 20U;
  while (!bytes.empty()) {
    const std::span<std::uint8_t> chunk = bytes.first(std::min(bytes.size(), kChunk));
    TURNPIKE_CHECK(RAND_bytes(chunk.data(), static_cast<int>(chunk.size())) == 1);
    bytes = bytes.subspan(chunk.size());
  }
}

}  // namespace turnpike
