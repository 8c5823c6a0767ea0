#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/random.hpp"

namespace turnpike::net {

/// What seals session tickets (RFC 5077 section 4, recommended form). Wiped when it goes.
struct TicketKey {
  static constexpr std::size_t kNameSize = 16;
  static constexpr std::size_t kKeySize = 32;

  std::array<std::uint8_t, kNameSize> name{};
  std::array<std::uint8_t, kKeySize> cipher_key{};  ///< AES-256-CBC
  std::array<std::uint8_t, kKeySize> mac_key{};     ///< HMAC-SHA-256

  explicit TicketKey(Random& random) noexcept;
  TicketKey(const TicketKey&) = default;
  TicketKey& operator=(const TicketKey&) = default;
  ~TicketKey();
};

/// The key that seals new tickets and the one before it, which only opens them.
class TicketKeys {
 public:
  explicit TicketKeys(Random& random) noexcept : current_(random) {}
  [[nodiscard]] TicketKeys rotated(Random& random) const noexcept;

  enum class Opening : std::uint8_t { failed, opened, opened_with_previous };

  /// Prepares both contexts to seal a ticket and says with which key and initialisation vector.
  [[nodiscard]] bool prepare_seal(std::span<std::uint8_t, TicketKey::kNameSize> name, MutableByteSpan iv,
                                  EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const noexcept;
  /// Prepares both contexts to open a ticket that says it was sealed with `name`.
  [[nodiscard]] Opening prepare_open(std::span<const std::uint8_t, TicketKey::kNameSize> name, ByteSpan iv,
                                     EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const noexcept;

 private:
  TicketKeys(const TicketKey& current, const TicketKey& previous) noexcept : current_(current), previous_(previous) {}

  TicketKey current_;
  std::optional<TicketKey> previous_;
};

}  // namespace turnpike::net
