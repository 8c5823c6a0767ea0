#include "turnpike/turn/credentials.hpp"

#include <fmt/format.h>

#include <utility>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/clean_text.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::turn {
namespace {

// Two labels, so that no secret can be taken for a key.
Voucher voucher_of(std::string_view label, ByteSpan secret) {
  const Sha256Digest digest = sha256({as_bytes(label), secret});
  return load_be<std::uint64_t>(ByteSpan(digest).first<8>());
}

}  // namespace

StaticUser StaticUser::from_password(std::string_view name, std::string_view realm, std::string_view password) {
  return {std::string(name), stun::derive_long_term_key(stun::PasswordAlgorithm::md5, name, realm, password),
          stun::derive_long_term_key(stun::PasswordAlgorithm::sha256, name, realm, password)};
}

CredentialStore::CredentialStore(std::string realm, std::vector<std::string> secrets, std::vector<StaticUser> users,
                                 Seconds max_ttl)
    : realm_(std::move(realm)), secrets_(std::move(secrets)), users_(std::move(users)), max_ttl_(max_ttl) {
  for (const std::string& secret : secrets_) {
    secret_vouchers_.push_back(voucher_of("secret:", as_bytes(secret)));
    vouchers_.insert(secret_vouchers_.back());
  }
  for (std::size_t i = 0; i < users_.size(); ++i) {
    // The MD5 key is always known, and is made from name, realm and password.
    user_vouchers_.push_back(voucher_of("user:", users_[i].md5.bytes()));
    vouchers_.insert(user_vouchers_.back());
    by_name_.emplace(users_[i].name, i);
    const Sha256Digest userhash = stun::derive_userhash(users_[i].name, realm_);
    by_userhash_.emplace(std::string(as_text(userhash)), i);
  }
}

const StaticUser* CredentialStore::find_user(std::string_view name) const noexcept {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : &users_[found->second];
}

const StaticUser* CredentialStore::find_userhash(ByteSpan userhash) const noexcept {
  const auto found = by_userhash_.find(std::string(as_text(userhash)));
  return found == by_userhash_.end() ? nullptr : &users_[found->second];
}

std::optional<EphemeralUsername> parse_ephemeral_username(std::string_view username) noexcept {
  constexpr std::size_t kMaxDigits = 18;  // stays below 2^63
  std::int64_t expiry = 0;
  std::size_t digits = 0;
  while (digits < username.size() && username[digits] >= '0' && username[digits] <= '9') {
    if (digits == kMaxDigits) return std::nullopt;
    expiry = expiry * 10 + (username[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  std::string_view rest = username.substr(digits);
  if (!rest.empty()) {
    if (rest.front() != ':') return std::nullopt;
    rest.remove_prefix(1);
  }
  // RFC 8489 section 14.3 wants an OpaqueString (RFC 8265 section 4.2). What is none could not be named in a request to
  // take it back either.
  if (!is_clean_text(rest)) return std::nullopt;
  return EphemeralUsername{UnixSeconds{Seconds{expiry}}, rest};
}

bool is_trial_user(std::string_view user) noexcept {
  return user.starts_with(kTrialUser) && (user.size() == kTrialUser.size() || user[kTrialUser.size()] == ':');
}

std::string ephemeral_password(std::string_view secret, std::string_view username) {
  return base64_encode(hmac_sha1(as_bytes(secret), {as_bytes(username)}));
}

EphemeralCredential mint_ephemeral(std::string_view secret, std::string_view user, UnixSeconds expiry) {
  EphemeralCredential credential;
  credential.expiry = expiry;
  credential.username = fmt::format("{}", expiry.time_since_epoch().count());
  if (!user.empty()) credential.username.append(":").append(user);
  credential.password = ephemeral_password(secret, credential.username);
  return credential;
}

}  // namespace turnpike::turn
