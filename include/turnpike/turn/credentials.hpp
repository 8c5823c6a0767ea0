#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "turnpike/base/time.hpp"
#include "turnpike/stun/long_term_key.hpp"

namespace turnpike::turn {

/// Stands for what vouches for a credential: a shared secret, or a static user's key. The same in every store that
/// holds it, and no way back to it.
using Voucher = std::uint64_t;

/// A user with a fixed password, kept as long-term keys, never as the password.
struct StaticUser {
  std::string name;
  stun::LongTermKey md5;
  stun::LongTermKey sha256;  ///< empty when only the MD5 key is known: then SHA-256 does not authenticate this user

  static StaticUser from_password(std::string_view name, std::string_view realm, std::string_view password);
};

/// Who may allocate: shared secrets for ephemeral credentials, and static users. Immutable once in service.
class CredentialStore {
 public:
  CredentialStore() = default;
  CredentialStore(std::string realm, std::vector<std::string> secrets, std::vector<StaticUser> users, Seconds max_ttl);

  [[nodiscard]] const std::string& realm() const noexcept { return realm_; }
  [[nodiscard]] const std::vector<std::string>& secrets() const noexcept { return secrets_; }
  /// Of secrets()[i].
  [[nodiscard]] Voucher voucher_of_secret(std::size_t i) const noexcept { return secret_vouchers_[i]; }
  /// Of a user that is one of this store's.
  [[nodiscard]] Voucher voucher_of_user(const StaticUser& user) const noexcept {
    return user_vouchers_[static_cast<std::size_t>(&user - users_.data())];
  }
  /// Whether the secret or the user behind it is (still) here, the user with the same password.
  [[nodiscard]] bool vouches(Voucher voucher) const noexcept { return vouchers_.contains(voucher); }
  /// An expiry further away than this is absurd and refused.
  [[nodiscard]] Seconds max_ttl() const noexcept { return max_ttl_; }
  [[nodiscard]] std::size_t user_count() const noexcept { return users_.size(); }
  [[nodiscard]] const StaticUser* find_user(std::string_view name) const noexcept;
  [[nodiscard]] const StaticUser* find_userhash(ByteSpan userhash) const noexcept;
  /// Whether a client may be told to send USERHASH (RFC 8489 section 9.2): only when no username is ephemeral, since an
  /// ephemeral one is known to nobody but its owner and cannot be found by its hash.
  [[nodiscard]] bool offers_username_anonymity() const noexcept { return secrets_.empty() && !users_.empty(); }

 private:
  std::string realm_;
  std::vector<std::string> secrets_;
  std::vector<Voucher> secret_vouchers_;
  std::vector<StaticUser> users_;
  std::vector<Voucher> user_vouchers_;
  std::unordered_set<Voucher> vouchers_;
  Seconds max_ttl_{0};
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_map<std::string, std::size_t> by_userhash_;
};

/// `EXPIRY:USER` taken apart. USER is opaque, may be empty and may hold colons.
struct EphemeralUsername {
  UnixSeconds expiry;
  std::string_view user;
};
/// Nothing when the text does not start with 1 to 18 digits that are the whole or followed by a colon, or when USER is
/// no UTF-8 or has control characters.
[[nodiscard]] std::optional<EphemeralUsername> parse_ephemeral_username(std::string_view username) noexcept;

/// USER of the credentials that anybody may have in order to try the relay, alone or with a colon and anything behind
/// it. Their allocations reach the relayed addresses of this server and their own client, nobody else, live two
/// minutes, and all count as one user.
inline constexpr std::string_view kTrialUser = "turnpike-check";
inline constexpr Seconds kTrialLifetime{120};
[[nodiscard]] bool is_trial_user(std::string_view user) noexcept;

struct EphemeralCredential {
  std::string username;  ///< EXPIRY:USER, or EXPIRY alone without a user
  std::string password;  ///< base64(HMAC-SHA1(secret, username))
  UnixSeconds expiry;
};
/// draft-uberti-behave-turn-rest-00.
[[nodiscard]] EphemeralCredential mint_ephemeral(std::string_view secret, std::string_view user, UnixSeconds expiry);
[[nodiscard]] std::string ephemeral_password(std::string_view secret, std::string_view username);

}  // namespace turnpike::turn
