#include "turnpike/client/signer.hpp"

#include "turnpike/stun/integrity.hpp"

namespace turnpike::client {

using stun::AttributeType;
using stun::PasswordAlgorithm;

Signer Signer::answer(const Challenge& challenge, std::string_view username, std::string_view password) {
  Signer signer;
  signer.username = username;
  signer.realm = challenge.realm;
  signer.nonce = challenge.nonce;
  signer.password_algorithms = challenge.password_algorithms;
  signer.algorithm = challenge.algorithm;
  signer.userhash = challenge.username_anonymity;
  signer.key = stun::derive_long_term_key(challenge.algorithm.value_or(PasswordAlgorithm::md5), username,
                                          challenge.realm, password);
  return signer;
}

void Signer::add_credentials(stun::MessageBuilder& builder) const {
  if (userhash) {
    builder.add(AttributeType::userhash, stun::derive_userhash(username, realm));
  } else {
    builder.add_text(AttributeType::username, username);
  }
  builder.add_text(AttributeType::realm, realm).add_text(AttributeType::nonce, nonce);
  if (!password_algorithms.empty()) builder.add(AttributeType::password_algorithms, password_algorithms);
  if (algorithm) {
    // RFC 8489 section 14.12: the number, then the length of its parameters, of which neither algorithm has any.
    builder.add_u32(AttributeType::password_algorithm, static_cast<std::uint32_t>(*algorithm) << 16U);
  }
}

void Signer::add_integrity(stun::MessageBuilder& builder) const {
  if (algorithm) {
    builder.add_message_integrity_sha256(key.bytes(), sha256_length);
  } else {
    builder.add_message_integrity(key.bytes());
  }
}

void Signer::sign(stun::MessageBuilder& builder) const {
  add_credentials(builder);
  add_integrity(builder);
}

bool is_authentic(const stun::MessageView& response, ByteSpan key) noexcept {
  switch (stun::check_message_integrity_sha256(response, key)) {
    case stun::IntegrityCheck::valid: return true;
    case stun::IntegrityCheck::invalid: return false;
    case stun::IntegrityCheck::absent: break;
  }
  return stun::check_message_integrity(response, key) == stun::IntegrityCheck::valid;
}

}  // namespace turnpike::client
