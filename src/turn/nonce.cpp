#include "turn/nonce.hpp"

#include <algorithm>
#include <chrono>

#include "turnpike/base/base64.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/digest.hpp"

namespace turnpike::turn {
namespace {

constexpr std::string_view kCookie = "obMatJos2";  // RFC 8489 section 9.2
constexpr std::size_t kFeatureCharacters = 4;

// RFC 8489 section 18.1: 24 bits, bit 0 is the leftmost. Bit 0 password algorithms, bit 1 username anonymity.
// As base64 of three bytes: 0x800000 and 0xc00000.
constexpr std::string_view kPasswordAlgorithms = "gAAA";
constexpr std::string_view kPasswordAlgorithmsAndAnonymity = "wAAA";

std::uint32_t seconds_of(Instant instant) noexcept {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<Seconds>(instant.time_since_epoch()).count());
}

}  // namespace

NonceMint::NonceMint(const std::array<std::uint8_t, 32>& secret, std::string_view realm, Seconds lifetime,
                     bool username_anonymity)
    : secret_(secret), realm_hash_(sha256({as_bytes(realm)})), lifetime_(static_cast<std::uint32_t>(lifetime.count())) {
  auto* out = std::copy(kCookie.begin(), kCookie.end(), prefix_.begin());
  const std::string_view features = username_anonymity ? kPasswordAlgorithmsAndAnonymity : kPasswordAlgorithms;
  std::copy(features.begin(), features.end(), out);
}

std::uint64_t NonceMint::period_of(std::uint32_t second) const noexcept { return second / std::max(lifetime_, 1U); }

const NonceMint::Key& NonceMint::key_for(std::uint64_t period) noexcept {
  PeriodKey& slot = keys_[period % keys_.size()];
  if (slot.period != period) {
    std::array<std::uint8_t, 8> number{};
    store_be(std::span<std::uint8_t, 8>(number), period);
    slot = {period, hmac_sha256(secret_, {number})};
  }
  return slot.key;
}

NonceMint::Mac NonceMint::mac(std::uint32_t second, const FiveTuple& five_tuple) noexcept {
  std::array<std::uint8_t, 8> fixed{};
  ByteWriter writer(fixed);
  writer.write_u32(second);
  // A stream's source address is proven by its handshake, and the data connections of a TCP allocation come from other
  // ports than the control connection, whose nonce clients go on using (RFC 6062 section 4.3).
  const bool is_stream = five_tuple.transport == Transport::tcp || five_tuple.transport == Transport::tls;
  writer.write_u16(is_stream ? std::uint16_t{0} : five_tuple.client.port);
  writer.write_u8(static_cast<std::uint8_t>(is_stream ? Transport::tcp : five_tuple.transport));
  writer.write_u8(static_cast<std::uint8_t>(five_tuple.client.address.family()));
  const Sha256Digest full =
      hmac_sha256(key_for(period_of(second)), {fixed, five_tuple.client.address.bytes(), realm_hash_,
                                               as_bytes(std::string_view(prefix_.data(), prefix_.size()))});
  Mac truncated{};
  std::copy_n(full.begin(), truncated.size(), truncated.begin());
  return truncated;
}

NonceMint::Nonce NonceMint::make(const FiveTuple& five_tuple, Instant now) noexcept {
  const std::uint32_t second = seconds_of(now);
  std::array<std::uint8_t, 4 + kMacSize> body{};
  ByteWriter writer(body);
  writer.write_u32(second);
  writer.write(mac(second, five_tuple));
  Nonce nonce{};
  auto* rest = std::copy(prefix_.begin(), prefix_.end(), nonce.begin());
  base64url_encode(body, std::span<char>(rest, nonce.end()));
  return nonce;
}

NonceCheck NonceMint::check(std::string_view nonce, const FiveTuple& five_tuple, Instant now) noexcept {
  if (nonce.size() != kSize || nonce.substr(0, prefix_.size()) != std::string_view(prefix_.data(), prefix_.size())) {
    return NonceCheck::stale;
  }
  std::array<std::uint8_t, 4 + kMacSize> body{};
  if (!base64url_decode(nonce.substr(prefix_.size()), body)) return NonceCheck::stale;
  const auto second = load_be<std::uint32_t>(ByteSpan(body).first<4>());
  const std::uint32_t present = seconds_of(now);
  if (second > present || present - second >= lifetime_) return NonceCheck::stale;  // so at most one period back
  const bool ours = constant_time_equal(mac(second, five_tuple), ByteSpan(body).subspan<4>());
  return ours ? NonceCheck::valid : NonceCheck::stale;
}

bool has_password_algorithms_feature(std::string_view nonce) noexcept {
  if (nonce.size() < kCookie.size() + kFeatureCharacters || nonce.substr(0, kCookie.size()) != kCookie) return false;
  // The leftmost of 24 bits is the top bit of the first base64 character: its value is 32 or more.
  const char first = nonce[kCookie.size()];
  return (first >= 'g' && first <= 'z') || (first >= '0' && first <= '9') || first == '+' || first == '/';
}

}  // namespace turnpike::turn
