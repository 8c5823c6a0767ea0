#include "server/clock.hpp"

#include <chrono>

namespace turnpike::server {

Now sample_now() noexcept {
  const auto mono = std::chrono::steady_clock::now().time_since_epoch();
  const auto wall = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
  return {Instant{std::chrono::duration_cast<Duration>(mono)}, wall};
}

}  // namespace turnpike::server
