#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/turn/quota_ledger.hpp"
#include "turnpike/turn/reservation_token.hpp"

namespace turnpike::turn {

/// A relay port put aside by EVEN-PORT with the R bit (RFC 8656 section 7.2). It counts against its user's quota like
/// an allocation, or a user could take the port range by reserving and deallocating in turn.
struct Reservation {
  ReservationToken token;
  std::shared_ptr<UserAccount> account;
  IpAddress client;
  Instant expires;
};

/// The reservations of one core, oldest first; all live equally long. Bounded by the quota and by kMax.
class ReservationTable {
 public:
  static constexpr std::size_t kMax = 1024;

  ReservationTable() { reservations_.reserve(kMax); }

  [[nodiscard]] bool is_full() const noexcept { return reservations_.size() >= kMax; }
  /// Not when is_full().
  void add(Reservation reservation) noexcept;
  /// Removes and returns what is behind the token, if it belongs to `user` and has not run out.
  [[nodiscard]] std::optional<Reservation> take(const ReservationToken& token, std::string_view user,
                                                Instant now) noexcept;
  /// Removes and returns one that has run out.
  [[nodiscard]] std::optional<Reservation> take_expired(Instant now) noexcept;
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return reservations_.size(); }

 private:
  std::vector<Reservation> reservations_;
};

}  // namespace turnpike::turn
