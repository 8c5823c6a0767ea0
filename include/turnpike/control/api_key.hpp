#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/digest.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/scope.hpp"

namespace turnpike::control {

/// What a key may do, without the key.
struct ApiKeyGrant {
  std::string name;
  ScopeSet scopes;
  std::optional<Seconds> ttl_cap;  ///< credentials minted with it live no longer
  std::vector<std::string>
      origins;  ///< browsers may use it from these alone, such as "https://example.org"; empty: any
  friend bool operator==(const ApiKeyGrant&, const ApiKeyGrant&) = default;
};

/// An API key as it is kept: only a salted hash of it.
struct ApiKey {
  using Salt = std::array<std::uint8_t, 16>;
  std::string id;  ///< public: "k" and 11 letters and digits; of a key in the configuration its name
  ApiKeyGrant grant;
  Salt salt{};
  Sha256Digest hash{};  ///< SHA-256(salt | text)
  UnixSeconds created{};
  std::optional<UnixSeconds> revoked;

  /// Takes constant time for texts of one length.
  [[nodiscard]] bool matches(std::string_view text) const noexcept;
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// A key that was just made; the text is nowhere else.
struct NewApiKey {
  ApiKey key;
  std::string text;  ///< "tpk_ID_SECRET", SECRET being 43 letters and digits with 256 bits of randomness
};
[[nodiscard]] NewApiKey make_api_key(ApiKeyGrant grant, Random& random, UnixSeconds now);
/// A key whose text somebody else chose; `id` is the grant's name.
[[nodiscard]] ApiKey hash_api_key(ApiKeyGrant grant, std::string_view text, Random& random);
/// The ID of "tpk_ID_SECRET"; nothing for texts of another shape.
[[nodiscard]] std::optional<std::string_view> api_key_id(std::string_view text) noexcept;

}  // namespace turnpike::control
