#include "net/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <algorithm>

#include "turnpike/base/system_random.hpp"

namespace turnpike::net {
namespace {

constexpr std::size_t kIvSize = 16;  // AES's block

bool set_mac_key(EVP_MAC_CTX* mac, const TicketKey& key) noexcept {
  std::array<std::uint8_t, TicketKey::kKeySize> mac_key = key.mac_key;  // OSSL_PARAM takes no pointer to const
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac_key.data(), mac_key.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
  const bool done = EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
  OPENSSL_cleanse(mac_key.data(), mac_key.size());
  return done;
}

}  // namespace

TicketKey::TicketKey(Random& random) noexcept {
  random.fill(name);
  random.fill(cipher_key);
  random.fill(mac_key);
}

TicketKey::~TicketKey() {
  OPENSSL_cleanse(cipher_key.data(), cipher_key.size());
  OPENSSL_cleanse(mac_key.data(), mac_key.size());
}

TicketKeys TicketKeys::rotated(Random& random) const noexcept { return {TicketKey{random}, current_}; }

bool TicketKeys::prepare_seal(std::span<std::uint8_t, TicketKey::kNameSize> name, MutableByteSpan iv,
                              EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const noexcept {
  SystemRandom{}.fill(iv.first(kIvSize));
  std::copy(current_.name.begin(), current_.name.end(), name.begin());
  return EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), current_.cipher_key.data(), iv.data(), nullptr) == 1 &&
         set_mac_key(mac, current_);
}

TicketKeys::Opening TicketKeys::prepare_open(std::span<const std::uint8_t, TicketKey::kNameSize> name, ByteSpan iv,
                                             EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const noexcept {
  const auto is_of = [&](const TicketKey& key) { return std::equal(name.begin(), name.end(), key.name.begin()); };
  const bool is_current = is_of(current_);
  if (!is_current && !(previous_ && is_of(*previous_))) return Opening::failed;
  const TicketKey& key = is_current ? current_ : *previous_;
  if (EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher_key.data(), iv.data(), nullptr) != 1 ||
      !set_mac_key(mac, key)) {
    return Opening::failed;
  }
  return is_current ? Opening::opened : Opening::opened_with_previous;
}

}  // namespace turnpike::net
