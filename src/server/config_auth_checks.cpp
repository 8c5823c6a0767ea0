#include <algorithm>
#include <array>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"
#include "server/config_names.hpp"
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

void check_realm(const CheckPass& pass) {
  const std::string complaint = complain_about_realm(pass.config.server.realm);
  if (!complaint.empty()) pass.mistake(pass.place_of("server.realm"), "server.realm: " + complaint);
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

void check_user(const CheckPass& pass, std::size_t index) {
  const auto& users = pass.config.auth.users;
  const ConfiguredUser& user = users[index];
  const SourcePlace place = pass.place_of("auth.users", index);
  if (const std::string complaint = complain_about_user_name(user.name); !complaint.empty()) {
    return pass.mistake(place, fmt::format("auth.users: {}", complaint));
  }
  const std::string about_password = user.password ? complain_about_password(user.password->value) : "";
  if (!about_password.empty()) {
    pass.mistake(place, fmt::format("auth.users: \"{}\": {}", user.name, about_password));
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
  if (nobody && pass.usable({"auth.secrets", "auth.users", "auth.database"})) {
    pass.warning({}, config.auth.database.empty()
                         ? "auth has neither secrets nor users: nobody can allocate, only STUN Binding works"
                         : "auth has neither secrets nor users: nobody can allocate but users of the database "
                           "(`turnpike user add`), others get STUN Binding alone");
  }
}

}  // namespace turnpike::server
