#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// At most one line a second of each kind of event, so that no flood of trouble becomes a flood of log. One thread.
class LogLimiter {
 public:
  /// Nothing: keep silent. Else write the line, and say that so many were left out since the last one. `event` must be
  /// a literal. Beyond kMaxKinds kinds of events all further kinds count as one.
  [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view event, Instant now);

 private:
  static constexpr std::size_t kMaxKinds = 64;
  static constexpr Seconds kInterval{1};

  struct Kind {
    std::string_view event;
    Instant next{};
    std::uint64_t suppressed = 0;
  };
  [[nodiscard]] Kind& kind_of(std::string_view event, Instant now);

  std::vector<Kind> kinds_;
};

}  // namespace turnpike::server
