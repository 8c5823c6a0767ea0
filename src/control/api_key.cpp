#include "turnpike/control/api_key.hpp"

#include <algorithm>
#include <utility>

#include "turnpike/base/bytes.hpp"

namespace turnpike::control {
namespace {

constexpr std::string_view kPrefix = "tpk_";
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t kIdLength = 12;      // "k" included
constexpr std::size_t kSecretLength = 43;  // 62^43 > 2^256

bool is_alphanumeric(std::string_view text) noexcept {
  return text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

std::string draw_text(Random& random, std::size_t length) {
  std::string text(length, '\0');
  for (char& character : text) character = kAlphabet[random.below(kAlphabet.size())];
  return text;
}

Sha256Digest hash_of(const ApiKey::Salt& salt, std::string_view text) noexcept {
  return sha256({salt, as_bytes(text)});
}

}  // namespace

bool ApiKey::matches(std::string_view text) const noexcept { return constant_time_equal(hash_of(salt, text), hash); }

NewApiKey make_api_key(ApiKeyGrant grant, Random& random, UnixSeconds now) {
  const std::string id = "k" + draw_text(random, kIdLength - 1);
  std::string text(kPrefix);
  text.append(id).append("_").append(draw_text(random, kSecretLength));
  ApiKey key = hash_api_key(std::move(grant), text, random);
  key.id = id;
  key.created = now;
  return {std::move(key), std::move(text)};
}

ApiKey hash_api_key(ApiKeyGrant grant, std::string_view text, Random& random) {
  ApiKey key;
  key.id = grant.name;
  key.grant = std::move(grant);
  random.fill(key.salt);
  key.hash = hash_of(key.salt, text);
  return key;
}

std::optional<std::string_view> api_key_id(std::string_view text) noexcept {
  constexpr std::size_t kLength = kPrefix.size() + kIdLength + 1 + kSecretLength;
  if (text.size() != kLength || !text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const std::string_view id = text.substr(0, kIdLength);
  const std::string_view secret = text.substr(kIdLength + 1);
  if (id.front() != 'k' || text[kIdLength] != '_' || !is_alphanumeric(id) || !is_alphanumeric(secret)) {
    return std::nullopt;
  }
  return id;
}

}  // namespace turnpike::control
