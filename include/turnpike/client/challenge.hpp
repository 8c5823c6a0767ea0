#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/result.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::client {

/// STUN Security Features of a nonce cookie (RFC 8489 section 18.1).
struct SecurityFeatures {
  bool password_algorithms = false;  ///< bit 0
  bool username_anonymity = false;   ///< bit 1
};

/// Nothing when the nonce does not start with "obMatJos2" and four base64 characters (RFC 8489 section 9.2).
[[nodiscard]] std::optional<SecurityFeatures> read_nonce_cookie(std::string_view nonce) noexcept;

/// The algorithm numbers of a PASSWORD-ALGORITHMS value, unknown ones included; nothing when it is malformed
/// (RFC 8489 section 14.11).
[[nodiscard]] std::optional<std::vector<std::uint16_t>> read_password_algorithms(ByteSpan value);

/// What a 401 or 438 asks the client to sign with.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::vector<std::uint8_t> password_algorithms;     ///< the attribute's value, to be echoed; empty when absent
  std::optional<stun::PasswordAlgorithm> algorithm;  ///< chosen; nothing when PASSWORD-ALGORITHMS is absent
  bool username_anonymity = false;                   ///< USERHASH must be used instead of USERNAME

  friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// Why a challenge must not be answered (RFC 8489 section 9.2.5).
enum class ChallengeFault : std::uint8_t {
  incomplete,              ///< REALM or NONCE is missing
  bid_down,                ///< the nonce promises PASSWORD-ALGORITHMS, the message has none
  unsupported_algorithms,  ///< none of the listed algorithms is ours
};

/// Reads a 401 or 438. With both algorithms listed SHA-256 is chosen (RFC 8656 section 6), else the first supported
/// one.
[[nodiscard]] Result<Challenge, ChallengeFault> read_challenge(const stun::MessageView& response);

}  // namespace turnpike::client
