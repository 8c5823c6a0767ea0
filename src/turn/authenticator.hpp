#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "turn/nonce.hpp"
#include "turn/refusal.hpp"
#include "turn/revocations.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::turn {

/// How to protect answers to a request (RFC 8489 section 9.2.4, last paragraph).
struct ResponseIntegrity {
  enum class Kind : std::uint8_t { none, sha1, sha256 };
  Kind kind = Kind::none;
  stun::LongTermKey key;
};

/// A request that passed the long-term credential mechanism.
struct Authentication {
  std::string_view username;          ///< as the allocation remembers it (441); lives as long as message and store
  std::string_view account;           ///< under which quotas count: USER of EXPIRY:USER, or the static username
  std::optional<UnixSeconds> expiry;  ///< of an ephemeral credential
  Voucher voucher = 0;                ///< what the password was verified with
  bool is_trial = false;              ///< see kTrialUser
  ResponseIntegrity integrity;
};

/// The checks of RFC 8489 section 9.2.4 in their order. Whoever fails learns nothing about which users exist: content,
/// length and the work done are the same for an unknown user, a wrong password and a revoked username.
class Authenticator {
 public:
  Authenticator(const CredentialStore& store, const Revocations& revocations, NonceMint& nonces) noexcept
      : store_(store), revocations_(revocations), nonces_(nonces) {}

  [[nodiscard]] std::variant<Authentication, Refusal> authenticate(const stun::MessageView& message,
                                                                   const FiveTuple& five_tuple, Now now) const noexcept;

 private:
  struct Claim;
  [[nodiscard]] std::optional<Refusal> read_claim(const stun::MessageView& message, Claim& claim) const noexcept;
  [[nodiscard]] bool verify_ephemeral(Claim& claim, const stun::MessageView& message, Now now,
                                      Authentication& result) const noexcept;
  [[nodiscard]] bool verify_static(Claim& claim, const stun::MessageView& message,
                                   Authentication& result) const noexcept;

  const CredentialStore& store_;
  const Revocations& revocations_;
  NonceMint& nonces_;
};

/// The value of our PASSWORD-ALGORITHMS attribute (RFC 8489 section 14.11): SHA-256, then MD5, both without parameters.
[[nodiscard]] ByteSpan password_algorithms_value() noexcept;

}  // namespace turnpike::turn
