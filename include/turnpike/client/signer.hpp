#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/client/challenge.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::client {

/// Everything a request is signed with. A plain value: tests bend its members to build broken requests.
struct Signer {
  std::string username;
  std::string realm;
  std::string nonce;
  std::vector<std::uint8_t> password_algorithms;     ///< echoed when not empty
  std::optional<stun::PasswordAlgorithm> algorithm;  ///< sent when set; then MESSAGE-INTEGRITY-SHA256 is used
  bool userhash = false;                             ///< USERHASH instead of USERNAME
  std::size_t sha256_length = 32;                    ///< of MESSAGE-INTEGRITY-SHA256: 16 to 32 in steps of 4
  stun::LongTermKey key;

  static Signer answer(const Challenge& challenge, std::string_view username, std::string_view password);

  /// USERNAME or USERHASH, REALM, NONCE and the algorithms, without the integrity attribute.
  void add_credentials(stun::MessageBuilder& builder) const;
  void add_integrity(stun::MessageBuilder& builder) const;
  /// Both, in this order.
  void sign(stun::MessageBuilder& builder) const;
};

/// Whether a response is signed with `key`, by either integrity attribute; the stronger one counts when both are there.
[[nodiscard]] bool is_authentic(const stun::MessageView& response, ByteSpan key) noexcept;

}  // namespace turnpike::client
