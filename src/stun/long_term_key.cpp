#include "turnpike/stun/long_term_key.hpp"

#include <algorithm>

namespace turnpike::stun {

LongTermKey::LongTermKey(const Md5Digest& digest) noexcept : size_(digest.size()) {
  std::copy(digest.begin(), digest.end(), bytes_.begin());
}

LongTermKey::LongTermKey(const Sha256Digest& digest) noexcept : bytes_(digest), size_(digest.size()) {}

LongTermKey derive_long_term_key(PasswordAlgorithm algorithm, std::string_view username, std::string_view realm,
                                 std::string_view password) noexcept {
  const ByteSpan colon = as_bytes(":");
  if (algorithm == PasswordAlgorithm::sha256) {
    return LongTermKey{sha256({as_bytes(username), colon, as_bytes(realm), colon, as_bytes(password)})};
  }
  return LongTermKey{md5({as_bytes(username), colon, as_bytes(realm), colon, as_bytes(password)})};
}

Sha256Digest derive_userhash(std::string_view username, std::string_view realm) noexcept {
  return sha256({as_bytes(username), as_bytes(":"), as_bytes(realm)});
}

}  // namespace turnpike::stun
