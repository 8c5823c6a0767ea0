#include "turnpike/client/challenge.hpp"

#include <algorithm>

namespace turnpike::client {
namespace {

constexpr std::string_view kNonceCookie = "obMatJos2";
constexpr std::size_t kCookieLength = 13;  // with four characters of base64 for 24 feature bits

/// The six bits of a base64 character (RFC 4648 section 4).
std::optional<unsigned> read_base64_character(char c) noexcept {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto at = kAlphabet.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

std::optional<stun::PasswordAlgorithm> choose_algorithm(const std::vector<std::uint16_t>& listed) noexcept {
  const auto lists = [&](stun::PasswordAlgorithm algorithm) {
    return std::ranges::find(listed, static_cast<std::uint16_t>(algorithm)) != listed.end();
  };
  if (lists(stun::PasswordAlgorithm::sha256)) return stun::PasswordAlgorithm::sha256;
  if (lists(stun::PasswordAlgorithm::md5)) return stun::PasswordAlgorithm::md5;
  return std::nullopt;
}

}  // namespace

std::optional<SecurityFeatures> read_nonce_cookie(std::string_view nonce) noexcept {
  if (nonce.size() < kCookieLength || !nonce.starts_with(kNonceCookie)) return std::nullopt;
  const auto bits = nonce.substr(kNonceCookie.size(), 4);
  for (const char c : bits) {
    if (!read_base64_character(c)) return std::nullopt;
  }
  const unsigned top = *read_base64_character(bits.front());  // feature bits 0 to 5
  return SecurityFeatures{.password_algorithms = (top & 0x20U) != 0, .username_anonymity = (top & 0x10U) != 0};
}

std::optional<std::vector<std::uint16_t>> read_password_algorithms(ByteSpan value) {
  std::vector<std::uint16_t> algorithms;
  while (!value.empty()) {
    if (value.size() < 4) return std::nullopt;
    algorithms.push_back(load_be<std::uint16_t>(value.first<2>()));
    const std::size_t parameters = load_be<std::uint16_t>(value.subspan<2, 2>());
    const std::size_t length = 4 + ((parameters + 3) & ~std::size_t{3});
    if (length > value.size()) return std::nullopt;
    value = value.subspan(length);
  }
  return algorithms;
}

Result<Challenge, ChallengeFault> read_challenge(const stun::MessageView& response) {
  const auto realm = response.find(stun::AttributeType::realm);
  const auto nonce = response.find(stun::AttributeType::nonce);
  if (!realm || !nonce) return ChallengeFault::incomplete;
  Challenge challenge;
  challenge.realm = as_text(realm->value);
  challenge.nonce = as_text(nonce->value);

  const auto features = read_nonce_cookie(challenge.nonce).value_or(SecurityFeatures{});
  const auto algorithms = response.find(stun::AttributeType::password_algorithms);
  if (features.password_algorithms && !algorithms) return ChallengeFault::bid_down;
  if (algorithms) {
    const auto listed = read_password_algorithms(algorithms->value);
    challenge.algorithm = listed ? choose_algorithm(*listed) : std::nullopt;
    if (!challenge.algorithm) return ChallengeFault::unsupported_algorithms;
    challenge.password_algorithms.assign(algorithms->value.begin(), algorithms->value.end());
  }
  challenge.username_anonymity = features.username_anonymity;
  return challenge;
}

}  // namespace turnpike::client
