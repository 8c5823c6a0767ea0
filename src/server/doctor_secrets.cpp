#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "server/doctor.hpp"
#include "server/doctor_readers.hpp"
#include "server/doctor_secret_places.hpp"

namespace turnpike::server {
namespace {

using Kind = PlacedSecret::Kind;

constexpr std::size_t kGoodSecret = 16;
constexpr std::size_t kGoodPassword = 8;
constexpr double kLeastBits = 40;

/// What stands in documentation, coturn's and ours among it. Lower case.
constexpr std::array<std::string_view, 33> kExamples{"a secret in this file",
                                                     "32 bytes of a secret in this file",
                                                     "a-rather-long-secret",
                                                     "changeme",
                                                     "change-me",
                                                     "change_me",
                                                     "replace-this-secret",
                                                     "replace-with-secret",
                                                     "password",
                                                     "password1",
                                                     "mysecret",
                                                     "my-secret",
                                                     "secret",
                                                     "secretkey",
                                                     "secret-key",
                                                     "static-auth-secret",
                                                     "static_auth_secret",
                                                     "your-secret",
                                                     "your_secret",
                                                     "yoursecret",
                                                     "north",
                                                     "logen",
                                                     "thisisasecret",
                                                     "the same secret",
                                                     "supersecret",
                                                     "example",
                                                     "0123456789abcdef",
                                                     "0123456789abcdef0123456789abcdef",
                                                     "<secret>",
                                                     "todo",
                                                     "test",
                                                     "turnpike",
                                                     "openssl rand -base64 32"};

/// Words of which examples are made up: "YOUR-SECRET-HERE", "please change me!".
constexpr std::array<std::string_view, 11> kExampleParts{
    "changeme",   "change-me",   "change_me",   "change me",      "replace-me",       "replace-this",
    "replace me", "your-secret", "your_secret", "example-secret", "random bytes here"};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

bool is_example(const std::string& secret) {
  const std::string plain = lower(secret);
  return std::ranges::find(kExamples, plain) != kExamples.end() ||
         std::ranges::any_of(kExampleParts,
                             [&](std::string_view part) { return plain.find(part) != std::string::npos; });
}

/// Shannon's measure over the characters: an upper bound for what a guesser needs, and low for "aaaaaaaaaaaaaaaa".
double bits_of(const std::string& text) {
  std::array<std::size_t, 256> counts{};
  for (const char c : text) ++counts.at(static_cast<unsigned char>(c));
  const auto size = static_cast<double>(text.size());
  double bits = 0;
  for (const std::size_t count : counts) {
    if (count != 0) bits -= static_cast<double>(count) * std::log2(static_cast<double>(count) / size);
  }
  return bits;
}

std::string better_one(const PlacedSecret& secret) {
  if (secret.kind == Kind::api_key) return fmt::format("set {} to the output of `openssl rand -hex 32`", secret.key);
  return fmt::format("set {} to the output of `openssl rand -base64 32`", secret.key);
}

void judge_value(const PlacedSecret& secret, Findings& findings) {
  const std::string& value = *secret.value;
  const bool is_password = secret.kind == Kind::password;
  if (is_example(value)) {
    findings.problem(fmt::format("{} is an example that everybody knows.", secret.key), better_one(secret));
  } else if (value.size() < (is_password ? kGoodPassword : kGoodSecret)) {
    findings.warning(fmt::format("{} has {} characters and can be found by trying.", secret.key, value.size()),
                     better_one(secret));
  } else if (!is_password && bits_of(value) < kLeastBits) {
    findings.warning(fmt::format("{} repeats itself and can be guessed.", secret.key), better_one(secret));
  }
}

void judge_values(const std::vector<PlacedSecret>& secrets, Findings& findings) {
  for (const PlacedSecret& secret : secrets) {
    if (!secret.value) {
      findings.note(fmt::format("{} could not be read.", secret.key), "run this as root");
      continue;
    }
    judge_value(secret, findings);
    const auto same = std::ranges::find_if(
        secrets, [&](const PlacedSecret& other) { return &other != &secret && other.value == secret.value; });
    if (same != secrets.end() && same < secrets.begin() + (&secret - secrets.data())) {
      findings.warning(fmt::format("{} is the same as {}: whoever learns one has both.", secret.key, same->key),
                       better_one(secret));
    }
  }
}

}  // namespace

void examine_secrets(Checkup& checkup) {
  Findings& findings = checkup.findings;
  findings.begin("secrets");
  const std::string& file = checkup.loaded.file_name;
  const auto secrets = find_secrets(checkup.root, file, checkup.world.environment);
  judge_values(secrets, findings);
  const auto is_here = [](const PlacedSecret& secret) { return secret.home == PlacedSecret::Home::this_file; };
  if (!file.empty()) {
    judge_readers(checkup.machine, file, std::ranges::any_of(secrets, is_here) ? Content::secret : Content::settings,
                  findings);
  }
  std::set<std::string> paths;
  for (const PlacedSecret& secret : secrets) {
    // Credentials are systemd's to keep.
    if (secret.home == PlacedSecret::Home::file && paths.insert(secret.path).second) {
      judge_readers(checkup.machine, secret.path, Content::secret, findings);
    }
  }
  for (const CertificateFiles& pair : checkup.config().tls.certificates) {
    if (paths.insert(pair.key).second) judge_readers(checkup.machine, pair.key, Content::secret, findings);
  }
  if (findings.is_area_clean())
    findings.ok("No secret is a known example, and only those who need them can read them.");
}

}  // namespace turnpike::server
