#include <algorithm>
#include <array>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kLeastSecret = 8;
/// Every client that holds a credential can try secrets offline at leisure: less than this is found by trying.
constexpr std::size_t kGoodSecret = 16;

/// Secrets that stand in documentation, and in far too many servers. Lower case.
constexpr std::array<std::string_view, 10> kExampleSecrets{
    "changeme",  "change-me", "replace-this-secret", "password",    "mysecret",
    "my-secret", "secretkey", "static-auth-secret",  "your-secret", "replace-with-secret"};

bool is_control(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7f;
}

/// RFC 8489 section 14.9: fewer than 128 characters, and what a quoted string holds without escapes.
void check_realm(const CheckPass& pass) {
  const std::string& realm = pass.config.server.realm;
  const auto is_bad = [](char c) { return is_control(c) || c == '"' || c == '\\'; };
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };
  const auto length = static_cast<std::ptrdiff_t>(realm.size()) - std::ranges::count_if(realm, is_continuation);
  if (realm.empty() || length >= 128) {
    pass.mistake(pass.place_of("server.realm"), "server.realm: must have 1 to 127 characters");
  } else if (std::ranges::any_of(realm, is_bad)) {
    pass.mistake(pass.place_of("server.realm"),
                 "server.realm: quotes, backslashes and control characters are not allowed");
  }
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

void check_secret(const CheckPass& pass, std::size_t index) {
  const std::string& secret = pass.config.auth.secrets[index].value;
  const SourcePlace place = pass.place_of("auth.secrets", index);
  if (secret.empty()) return pass.mistake(place, "auth.secrets: the secret is empty: everybody could make credentials");
  if (secret.size() < kLeastSecret) {
    return pass.mistake(place, fmt::format("auth.secrets: a secret needs {} characters at least, and {} to be good",
                                           kLeastSecret, kGoodSecret));
  }
  if (std::ranges::find(kExampleSecrets, lower(secret)) != kExampleSecrets.end()) {
    return pass.warning(place, "auth.secrets: this is a well-known example, everybody can make credentials with it");
  }
  if (secret.size() < kGoodSecret) {
    pass.warning(place, fmt::format("auth.secrets: a secret of fewer than {} characters can be found by trying; "
                                    "`openssl rand -base64 32` makes a good one",
                                    kGoodSecret));
  }
  if (secret.front() == ' ' || secret.back() == ' ') {
    pass.warning(place, "auth.secrets: the space around this secret is a part of it");
  }
}

void check_secrets(const CheckPass& pass) {
  const auto& secrets = pass.config.auth.secrets;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    check_secret(pass, i);
    const auto end = secrets.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(secrets.begin(), end, secrets[i]) != end) {
      pass.mistake(pass.place_of("auth.secrets", i), "auth.secrets: this secret is there twice");
    }
  }
}

/// Empty when nothing is wrong.
std::string complain_about_name(const std::string& name) {
  // RFC 8489 section 14.3.
  if (name.empty() || name.size() > 508) return "a name has 1 to 508 bytes";
  if (std::ranges::any_of(name, is_control)) return "control characters are not allowed in names";
  return {};
}

void check_user(const CheckPass& pass, std::size_t index) {
  const auto& users = pass.config.auth.users;
  const ConfiguredUser& user = users[index];
  const SourcePlace place = pass.place_of("auth.users", index);
  if (const std::string complaint = complain_about_name(user.name); !complaint.empty()) {
    return pass.mistake(place, fmt::format("auth.users: {}", complaint));
  }
  if (user.password && user.password->value.empty()) {
    pass.mistake(place, fmt::format("auth.users: the password of \"{}\" is empty", user.name));
  } else if (user.password && std::ranges::any_of(user.password->value, is_control)) {
    pass.mistake(place, fmt::format("auth.users: control characters in the password of \"{}\"", user.name));
  }
  const auto end = users.begin() + static_cast<std::ptrdiff_t>(index);
  if (std::find_if(users.begin(), end, [&](const auto& other) { return other.name == user.name; }) != end) {
    pass.mistake(place, fmt::format("auth.users: \"{}\" is there twice", user.name));
  }
  if (!pass.config.auth.secrets.empty() && turn::parse_ephemeral_username(user.name)) {
    pass.mistake(place, fmt::format("auth.users: \"{}\" looks like an ephemeral username (EXPIRY:USER), which "
                                    "auth.secrets already judges",
                                    user.name));
  }
}

}  // namespace

void check_auth(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  check_realm(pass);
  check_secrets(pass);
  for (std::size_t i = 0; i < config.auth.users.size(); ++i) check_user(pass, i);
  const bool nobody = config.auth.secrets.empty() && config.auth.users.empty();
  if (nobody && pass.usable({"auth.secrets", "auth.users"})) {
    pass.warning({}, "auth has neither secrets nor users: nobody can allocate, only STUN Binding works");
  }
}

}  // namespace turnpike::server
