#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::turn {

enum class NonceCheck : std::uint8_t { valid, stale };

/// Stateless nonces (RFC 8489 section 9.2): the nonce cookie with the security feature bits, then the time and an HMAC
/// over time, client address, transport and realm, and the client's port except for streams. So an unauthenticated
/// flood costs no memory, no two sources share a nonce, and any worker can check what another one made.
///
/// The HMAC's key changes every nonce lifetime (counted on the monotonic clock) and is derived from the secret and the
/// number of the period; the present and the previous one are accepted.
class NonceMint {
 public:
  /// 9 characters of cookie, 4 of features, 22 of time and HMAC.
  static constexpr std::size_t kSize = 35;
  using Nonce = std::array<char, kSize>;

  NonceMint(const std::array<std::uint8_t, 32>& secret, std::string_view realm, Seconds lifetime,
            bool username_anonymity);

  /// The same secret under other settings. Nonces made before stay good if the settings are the same.
  [[nodiscard]] NonceMint with(std::string_view realm, Seconds lifetime, bool username_anonymity) const noexcept {
    return {secret_, realm, lifetime, username_anonymity};
  }

  [[nodiscard]] Nonce make(const FiveTuple& five_tuple, Instant now) noexcept;
  [[nodiscard]] NonceCheck check(std::string_view nonce, const FiveTuple& five_tuple, Instant now) noexcept;

 private:
  static constexpr std::size_t kMacSize = 12;
  using Key = std::array<std::uint8_t, 32>;
  using Mac = std::array<std::uint8_t, kMacSize>;
  struct PeriodKey {
    std::uint64_t period = UINT64_MAX;
    Key key{};
  };

  [[nodiscard]] std::uint64_t period_of(std::uint32_t second) const noexcept;
  [[nodiscard]] const Key& key_for(std::uint64_t period) noexcept;
  [[nodiscard]] Mac mac(std::uint32_t second, const FiveTuple& five_tuple) noexcept;

  Key secret_;
  std::array<std::uint8_t, 32> realm_hash_;
  std::uint32_t lifetime_;
  std::array<char, 13> prefix_{};
  std::array<PeriodKey, 2> keys_;  // by parity of the period
};

/// Whether a nonce starts with the cookie and has the "password algorithms" bit set (RFC 8489 sections 9.2 and 18.1).
[[nodiscard]] bool has_password_algorithms_feature(std::string_view nonce) noexcept;

}  // namespace turnpike::turn
