#pragma once

#include <cstdint>

namespace turnpike::turn {

/// Names an allocation across the line between core and shell. The generation changes whenever a slot is reused, so
/// that a late completion for a dead allocation is recognised instead of hitting its successor.
struct AllocationId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0 never names an allocation

  friend constexpr bool operator==(const AllocationId&, const AllocationId&) noexcept = default;
};

}  // namespace turnpike::turn
