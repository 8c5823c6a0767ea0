#include "server/log_limiter.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::server {

LogLimiter::Kind& LogLimiter::kind_of(std::string_view event, Instant now) {
  const auto found = std::ranges::find(kinds_, event, &Kind::event);
  if (found != kinds_.end()) return *found;
  if (kinds_.size() == kMaxKinds) return kinds_.back();
  return kinds_.emplace_back(Kind{event, now, 0});
}

std::optional<std::uint64_t> LogLimiter::admit(std::string_view event, Instant now) {
  Kind& kind = kind_of(event, now);
  if (now < kind.next) {
    ++kind.suppressed;
    return std::nullopt;
  }
  kind.next = now + kInterval;
  return std::exchange(kind.suppressed, 0);
}

}  // namespace turnpike::server
