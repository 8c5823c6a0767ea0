#pragma once

#include <array>
#include <cstdint>

#include "turnpike/base/random.hpp"

namespace turnpike::turn {

/// RESERVATION-TOKEN (RFC 8656 section 18.10): 8 bytes. The first names the worker that holds the reservation, since
/// the token may come back on a five-tuple of another one; the other 56 bits are random and make it unguessable.
struct ReservationToken {
  std::array<std::uint8_t, 8> bytes{};

  static ReservationToken make(std::uint8_t worker, Random& random) noexcept {
    ReservationToken token;
    random.fill(token.bytes);
    token.bytes[0] = worker;
    return token;
  }
  [[nodiscard]] std::uint8_t worker() const noexcept { return bytes[0]; }

  friend constexpr bool operator==(const ReservationToken&, const ReservationToken&) noexcept = default;
};

}  // namespace turnpike::turn
