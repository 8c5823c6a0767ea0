#include "turn/authenticator.hpp"

#include <algorithm>
#include <array>

#include "turnpike/base/digest.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::turn {
namespace {

using stun::AttributeType;
using stun::ErrorCode;
using stun::IntegrityCheck;
using stun::PasswordAlgorithm;

// Algorithm number and length of parameters, 16 bits each.
constexpr std::array<std::uint8_t, 8> kPasswordAlgorithms{0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00};

// Stands in for the key of a user that does not exist, so that the same work is done.
stun::LongTermKey nobodys_key(PasswordAlgorithm algorithm) noexcept {
  return algorithm == PasswordAlgorithm::md5 ? stun::LongTermKey{Md5Digest{}} : stun::LongTermKey{Sha256Digest{}};
}

// RFC 8489 section 14.12: one entry of the list, alone. Parameters are none for both algorithms.
std::optional<PasswordAlgorithm> read_password_algorithm(ByteSpan value) noexcept {
  if (value.size() != 4 || value[0] != 0 || value[2] != 0 || value[3] != 0) return std::nullopt;
  if (value[1] == 1) return PasswordAlgorithm::md5;
  if (value[1] == 2) return PasswordAlgorithm::sha256;
  return std::nullopt;
}

// MESSAGE-INTEGRITY-SHA256 is the one that counts when both are there.
bool integrity_holds(const stun::MessageView& message, ByteSpan key) noexcept {
  const IntegrityCheck sha256 = stun::check_message_integrity_sha256(message, key);
  if (sha256 != IntegrityCheck::absent) return sha256 == IntegrityCheck::valid;
  return stun::check_message_integrity(message, key) == IntegrityCheck::valid;
}

}  // namespace

ByteSpan password_algorithms_value() noexcept { return kPasswordAlgorithms; }

/// What the request says about itself, before any of it is believed.
struct Authenticator::Claim {
  std::string_view username;
  ByteSpan userhash;
  std::string_view realm;
  std::string_view nonce;
  PasswordAlgorithm algorithm = PasswordAlgorithm::md5;
  bool negotiated = false;  // PASSWORD-ALGORITHMS took part
};

std::optional<Refusal> Authenticator::read_claim(const stun::MessageView& message, Claim& claim) const noexcept {
  const auto username = message.find(AttributeType::username);
  const auto userhash = message.find(AttributeType::userhash);
  const auto realm = message.find(AttributeType::realm);
  const auto nonce = message.find(AttributeType::nonce);
  // First check: no integrity attribute, 401 with a challenge.
  if (!message.has(AttributeType::message_integrity) && !message.has(AttributeType::message_integrity_sha256)) {
    return Refusal::with_challenge(ErrorCode::unauthenticated);
  }
  // Second: integrity without what is needed to compute it, 400.
  if ((!username && !userhash) || !realm || !nonce) return Refusal(ErrorCode::bad_request);
  if (username) claim.username = as_text(username->value);
  if (userhash && !username) claim.userhash = userhash->value;
  claim.realm = as_text(realm->value);
  claim.nonce = as_text(nonce->value);

  // Third: bid-down protection. What the client says we offered must be what we offer.
  if (!has_password_algorithms_feature(claim.nonce)) return std::nullopt;
  const auto algorithms = message.find(AttributeType::password_algorithms);
  const auto algorithm = message.find(AttributeType::password_algorithm);
  if (!algorithms && !algorithm) return std::nullopt;  // as though MD5 had been chosen
  if (!algorithms || !algorithm || !std::ranges::equal(algorithms->value, kPasswordAlgorithms)) {
    return Refusal(ErrorCode::bad_request);
  }
  const auto chosen = read_password_algorithm(algorithm->value);
  if (!chosen) return Refusal(ErrorCode::bad_request);
  claim.algorithm = *chosen;
  claim.negotiated = true;
  return std::nullopt;
}

// Every secret is tried, also after one has matched: the time tells nothing about which, or whether any did.
bool Authenticator::verify_ephemeral(Claim& claim, const stun::MessageView& message, Now now,
                                     Authentication& result) const noexcept {
  const auto parsed = parse_ephemeral_username(claim.username);
  if (!parsed) return false;
  bool verified = false;
  for (std::size_t i = 0; i < store_.secrets().size(); ++i) {
    const std::string password = ephemeral_password(store_.secrets()[i], claim.username);
    const auto key = stun::derive_long_term_key(claim.algorithm, claim.username, store_.realm(), password);
    if (!integrity_holds(message, key.bytes())) continue;
    verified = true;
    result.integrity.key = key;
    result.voucher = store_.voucher_of_secret(i);
  }
  result.expiry = parsed->expiry;
  result.is_trial = is_trial_user(parsed->user);
  // Without a user part every credential is a user of its own.
  result.account = parsed->user.empty() ? claim.username : parsed->user;
  if (result.is_trial) result.account = kTrialUser;
  return verified && parsed->expiry - now.wall <= store_.max_ttl();
}

bool Authenticator::verify_static(Claim& claim, const stun::MessageView& message,
                                  Authentication& result) const noexcept {
  const StaticUser* user =
      claim.userhash.empty() ? store_.find_user(claim.username) : store_.find_userhash(claim.userhash);
  stun::LongTermKey key = nobodys_key(claim.algorithm);
  if (user != nullptr) {
    const stun::LongTermKey& own = claim.algorithm == PasswordAlgorithm::md5 ? user->md5 : user->sha256;
    if (own.bytes().empty()) {
      user = nullptr;  // no key for this algorithm
    } else {
      key = own;
    }
  }
  const bool holds = integrity_holds(message, key.bytes());
  if (user == nullptr) return false;
  claim.username = user->name;
  result.account = user->name;
  result.voucher = store_.voucher_of_user(*user);
  result.integrity.key = key;
  return holds;
}

std::variant<Authentication, Refusal> Authenticator::authenticate(const stun::MessageView& message,
                                                                  const FiveTuple& five_tuple, Now now) const noexcept {
  Claim claim;
  if (auto refusal = read_claim(message, claim)) return *refusal;

  // A static user may have a name of digits too. Such a name is tried as both, so that time does not tell which are
  // static.
  Authentication result;
  const bool may_be_ephemeral =
      !store_.secrets().empty() && claim.userhash.empty() && parse_ephemeral_username(claim.username);
  const bool is_ephemeral = may_be_ephemeral && verify_ephemeral(claim, message, now, result);
  Authentication static_result;
  const bool is_static = verify_static(claim, message, static_result);
  if (is_static) result = static_result;
  // Looked up whether or not the password was right, and with the same work whatever is found: time does not tell a
  // revoked username either.
  const bool is_revoked = revocations_.contains(claim.username, now.wall);
  // Fourth and fifth: unknown user, wrong integrity. One answer for both, and for what is revoked.
  if ((!is_ephemeral && !is_static) || is_revoked || claim.realm != store_.realm())
    return Refusal::with_challenge(ErrorCode::unauthenticated);
  // Sixth: the nonce, last, so that 438 goes only to those who know the password.
  if (nonces_.check(claim.nonce, five_tuple, now.mono) != NonceCheck::valid) {
    return Refusal::with_challenge(ErrorCode::stale_nonce);
  }
  result.username = claim.username;
  // MD5 by negotiation still answers with SHA-256 integrity; MD5 by default answers with the old attribute.
  result.integrity.kind = claim.negotiated ? ResponseIntegrity::Kind::sha256 : ResponseIntegrity::Kind::sha1;
  return result;
}

}  // namespace turnpike::turn
