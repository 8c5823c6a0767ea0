#include "turn/reservation_table.hpp"

#include <algorithm>
#include <utility>

#include "turnpike/base/check.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::turn {

void ReservationTable::add(Reservation reservation) noexcept {
  TURNPIKE_CHECK(!is_full());
  reservations_.push_back(std::move(reservation));  // within the reserved capacity
}

std::optional<Reservation> ReservationTable::take(const ReservationToken& token, std::string_view user,
                                                  Instant now) noexcept {
  const auto found = std::ranges::find_if(reservations_, [&token](const Reservation& reservation) {
    return constant_time_equal(reservation.token.bytes, token.bytes);
  });
  if (found == reservations_.end() || found->expires <= now || found->account->user != user) return std::nullopt;
  Reservation taken = std::move(*found);
  reservations_.erase(found);
  return taken;
}

std::optional<Reservation> ReservationTable::take_expired(Instant now) noexcept {
  if (reservations_.empty() || reservations_.front().expires > now) return std::nullopt;
  Reservation taken = std::move(reservations_.front());
  reservations_.erase(reservations_.begin());
  return taken;
}

std::optional<Instant> ReservationTable::next_deadline() const noexcept {
  if (reservations_.empty()) return std::nullopt;
  return reservations_.front().expires;
}

}  // namespace turnpike::turn
